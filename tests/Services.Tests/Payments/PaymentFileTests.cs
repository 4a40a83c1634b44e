using System.Text;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;
using Files = Pujiang.Accounts.PaymentFiles;

namespace Pujiang.Services.Tests;

/// <summary>What becomes of the transactions of a pain.001, and what the pain.002 says of them.</summary>
public sealed class PaymentFileTests
{
    static readonly DateOnly Today = new(2026, 3, 2);

    [Theory, BothDatabases]
    public async Task Submit_GoodAndBadTransactions_EachGetsItsOwnStatus(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var euros = await Customers.Open(bank, 2, "5", "EUR");
        var yen = await Customers.Open(bank, 2, "500", "JPY");
        var frozen = await Customers.Open(bank, 2);
        await bank.Ledger.SetLimits(new AccountId(frozen.Account), new Limits(FrozenIn: true));
        var file = Pain("M1", Block(wang, Today,
            Transfer("paid", "100.10", li),
            Transfer("other-bank", "5", "Max Müller", "DE89370400440532013000", "COBADEFFXXX"),
            Transfer("no-such-account", "1", "没有", Luhned("629999999000001999")),
            Transfer("wrong-name", "1", "李建军", li.Number),
            Transfer("too-precise", "1.001", li),
            Transfer("no-money", "900.00", li),
            Transfer("over-limit", "50000.01", li),
            Transfer("self", "1", wang),
            Transfer("their-euros", "1", euros),
            Transfer("frozen", "1", frozen),
            Transfer("zero", "0", li),
            Transfer("iban-typo", "1", "Max Müller", "DE89370400440532013001", "COBADEFFXXX")),
            Block(wang, Today.AddDays(3), Transfer("later", "7", li)),
            Block(wang, Today.AddDays(-20), Transfer("past", "3", li)),
            Block(yen, Today, "JPY", Transfer("yen-precise", "1.5", li, "JPY"), Transfer("yen", "120", "佐藤", "ABC123456", "BOTKJPJTXXX", "JPY")));

        var report = await Report(bank, file, Customers.Operator);
        Assert.Equal("PART", Value(report, "GrpSts"));
        Assert.Equal(
            [
                "paid ACSC", "other-bank ACSC", "no-such-account RJCT AC01", "wrong-name RJCT BE01", "too-precise RJCT AM12", "no-money RJCT AM04",
                "over-limit RJCT AM14", "self RJCT AC03", "their-euros RJCT AM03", "frozen RJCT AC06", "zero RJCT AM01", "iban-typo RJCT AC01",
                "later ACSP", "past ACSC DT06", "yen-precise RJCT AM12", "yen ACSC",
            ],
            Statuses(report));
        Assert.Equal(1000_00 - 100_10 - 5_00 - 3_00, await bank.Balance(wang));
        Assert.Equal(100_10 + 3_00, await bank.Balance(li));
        Assert.Equal(380, await bank.Balance(yen));

        bank.Clock.Advance(TimeSpan.FromDays(3));
        await bank.Call(async (ExecutePayments payments) => { await payments.ExecuteDue(CancellationToken.None); return true; });
        Assert.Equal(110_10, await bank.Balance(li));
        Assert.Equal("later ACSC", Statuses(await Report(bank, file, Customers.Operator))[12]);
    }

    [Theory, BothDatabases]
    public async Task Submit_Again_GivesTheSameAnswerAndPaysNothing(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var file = Pain("M1", Block(wang, Today, Transfer("e1", "100", li)));
        var first = Customers.Get(await Submit(bank, file, wang.Caller));
        var second = Customers.Get(await Submit(bank, file, wang.Caller));
        Assert.Equal((first.FileId, true), (second.FileId, second.Repeated));
        Assert.Equal("message_id_reused", Customers.No(await Submit(bank, file.Replace(">100<", ">200<", StringComparison.Ordinal), wang.Caller)));
        // Another sender has ids of its own.
        Assert.False(Customers.Get(await Submit(bank, file, li.Caller)).Repeated);
        Assert.Equal(900_00, await bank.Balance(wang));
    }

    [Theory, BothDatabases]
    public async Task Submit_TheSameFileAtOnce_PaysItOnce(TestDatabase database)
    {
        await using var bank = await Customers.Bank(database);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var file = Pain("M1", Block(wang, Today, [.. Enumerable.Range(0, 50).Select(i => Transfer($"e{i}", "1", li))]));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Submit(bank, file, wang.Caller)));
        Assert.All(answers.Where(a => !a.Try(out _, out _)), a => Assert.Equal("file_in_progress", Customers.No(a)));
        Assert.Contains(answers, a => a.Try(out var result, out _) && !result.Repeated);
        Assert.Equal(950_00, await bank.Balance(wang));
        Assert.All(Statuses(await Report(bank, file, wang.Caller)), status => Assert.EndsWith("ACSC", status, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_AccountOfSomebodyElse_IsRefused()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var report = await Report(bank, Pain("M1", Block(wang, Today, Transfer("theft", "100", li))), li.Caller);
        Assert.Equal(["theft RJCT AC02"], Statuses(report));
        Assert.Equal(1000_00, await bank.Balance(wang));
    }

    [Theory]
    [InlineData("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>", "AM18")]
    [InlineData("<CtrlSum>100</CtrlSum>", "<CtrlSum>100.01</CtrlSum>", "AM10")]
    public async Task Submit_TotalsThatAreWrong_RefusesTheWholeFile(string right, string wrong, string reason)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var report = await Report(bank, Pain("M1", Block(wang, Today, Transfer("e1", "100", li))).Replace(right, wrong, StringComparison.Ordinal), wang.Caller);
        Assert.Equal(("RJCT", reason), (Value(report, "GrpSts"), Value(report, "Cd")));
        Assert.Equal(1000_00, await bank.Balance(wang));
    }

    [Fact]
    public async Task Submit_SameEndToEndIdTwice_PaysTheFirst()
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var report = await Report(bank, Pain("M1", Block(wang, Today, Transfer("same", "1", li), Transfer("same", "2", li))), wang.Caller);
        Assert.Contains(Statuses(report), status => status.Contains("RJCT", StringComparison.Ordinal));
        Assert.InRange(await bank.Balance(li), 0, 1_00);
    }

    public static TheoryData<int> Versions => [3, 8, 9, 11, 12, 13];

    [Theory, MemberData(nameof(Versions))]
    public async Task Submit_AnyVersion_AnswersWithAValidReportAndStatementsOfIt(int version)
    {
        await using var bank = await Customers.Bank(TestDatabase.Sqlite);
        var (wang, li) = (await Customers.Open(bank, 0, "1000"), await Customers.Open(bank, 1));
        var file = Pain("M1", version, Block(wang, Today, Transfer("e1", "100", li), Transfer("e2", "1", "没有", Luhned("629999999000001999"))), Block(wang, Today.AddDays(2), Transfer("e3", "1", li)));
        var own = Iso20022Checker.Check(new MemoryStream(Encoding.UTF8.GetBytes(file)), new Iso20022Options());
        Assert.True(own.IsAccepted, Vectors.Show(own.Findings));
        var report = await Report(bank, file, wang.Caller);
        Assert.Equal(["e1 ACSC", "e2 RJCT AC01", "e3 ACSP"], Statuses(report));
        Valid(report.ToString(SaveOptions.DisableFormatting), "pain.002");
        foreach (var (format, message) in (IEnumerable<(string, string)>)[("camt053", "camt.053"), ("camt053.02", "camt.053"), ("camt054", "camt.054")])
            Valid(await Statement(bank, wang, format), message);
    }

    /// <summary>Valid against our own rules, and the official schema where it is at hand.</summary>
    static void Valid(string message, string family)
    {
        var schemas = TestData.PathOf("iso20022", "xsd");
        var report = Iso20022Checker.Check(
            new MemoryStream(Encoding.UTF8.GetBytes(message)), new Iso20022Options { Schemas = Directory.Exists(schemas) ? schemas : null });
        Assert.True(report.FindingCount == 0, Vectors.Show(report.Findings));
        Assert.Equal(family, report.Type!.Value.Family);
    }

    static Task<string> Statement(TestBank bank, Customer customer, string format) => bank.In(async services =>
    {
        var period = Customers.Get(await services.GetRequiredService<Statements>().Of(customer.Account, Today, Today, customer.Caller, CancellationToken.None));
        using var output = new MemoryStream();
        await services.GetRequiredService<StatementFormats>().Write(period, format, output, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    });

    static Task<Outcome<SubmitPaymentFile.Result>> Submit(TestBank bank, string file, Caller caller) =>
        bank.Call(async (SubmitPaymentFile submit) => await submit.Handle(new MemoryStream(Encoding.UTF8.GetBytes(file)), caller, CancellationToken.None));

    static async Task<XElement> Report(TestBank bank, string file, Caller caller)
    {
        var result = Customers.Get(await Submit(bank, file, caller));
        Assert.True(result.FileId is not null, result.Problem);
        using var output = new MemoryStream();
        Assert.True(await bank.Call((Files files) => files.WriteReport(result.FileId.Value, caller, output, CancellationToken.None)));
        return XElement.Parse(Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>"id STATUS REASON" of each transaction.</summary>
    static IReadOnlyList<string> Statuses(XElement report) =>
        [.. report.Descendants().Where(e => e.Name.LocalName == "TxInfAndSts").Select(tx =>
            string.Join(' ', new[] { Value(tx, "OrgnlEndToEndId"), Value(tx, "TxSts"), tx.Descendants().FirstOrDefault(e => e.Name.LocalName == "Cd")?.Value }.OfType<string>()))];

    static string Value(XElement parent, string name) => parent.Descendants().First(e => e.Name.LocalName == name).Value;

    sealed record Tx(string Id, string Amount, string Name, string Number, string Bic, string Currency);
    sealed record Payment(Customer Debtor, DateOnly On, string Currency, IReadOnlyList<Tx> Transfers);

    static Payment Block(Customer debtor, DateOnly on, params Tx[] transfers) => new(debtor, on, "CNY", transfers);
    static Payment Block(Customer debtor, DateOnly on, string currency, params Tx[] transfers) => new(debtor, on, currency, transfers);
    static Tx Transfer(string id, string amount, Customer to, string currency = "CNY") => new(id, amount, to.Name, to.Number, Beneficiary.OwnBic, currency);
    static Tx Transfer(string id, string amount, string name, string number, string bic = Beneficiary.OwnBic, string currency = "CNY") => new(id, amount, name, number, bic, currency);

    static string Luhned(string digits) => digits + Luhn.CheckDigit(digits);

    static string Pain(string id, params Payment[] payments) => Pain(id, 9, payments);

    static string Pain(string id, int version, params Payment[] payments)
    {
        string Bank(string bic) => version >= 8 ? $"<BICFI>{bic}</BICFI>" : $"<BIC>{bic}</BIC>";
        string Account(string number) => number.StartsWith("DE", StringComparison.Ordinal) ? $"<IBAN>{number}</IBAN>" : $"<Othr><Id>{number}</Id></Othr>";
        string OfTx(Tx tx) => $"""
            <CdtTrfTxInf><PmtId><EndToEndId>{tx.Id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="{tx.Currency}">{tx.Amount}</InstdAmt></Amt>
            <CdtrAgt><FinInstnId>{Bank(tx.Bic)}</FinInstnId></CdtrAgt><Cdtr><Nm>{tx.Name}</Nm></Cdtr><CdtrAcct><Id>{Account(tx.Number)}</Id></CdtrAcct></CdtTrfTxInf>
            """;
        string OfPayment(Payment payment, int index) => $"""
            <PmtInf><PmtInfId>P{index}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>{(version >= 8 ? $"<Dt>{payment.On:yyyy-MM-dd}</Dt>" : $"{payment.On:yyyy-MM-dd}")}</ReqdExctnDt>
            <Dbtr><Nm>{payment.Debtor.Name}</Nm></Dbtr><DbtrAcct><Id>{Account(payment.Debtor.Number)}</Id><Ccy>{payment.Currency}</Ccy></DbtrAcct>
            <DbtrAgt><FinInstnId>{Bank(Beneficiary.OwnBic)}</FinInstnId></DbtrAgt>{string.Concat(payment.Transfers.Select(OfTx))}</PmtInf>
            """;
        var all = payments.SelectMany(p => p.Transfers).ToList();
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version:D2}"><CstmrCdtTrfInitn>
            <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-03-02T09:00:00+08:00</CreDtTm><NbOfTxs>{all.Count}</NbOfTxs>
            <CtrlSum>{all.Sum(tx => decimal.Parse(tx.Amount, System.Globalization.CultureInfo.InvariantCulture))}</CtrlSum><InitgPty><Nm>王秀英</Nm></InitgPty></GrpHdr>
            {string.Concat(payments.Select(OfPayment))}</CstmrCdtTrfInitn></Document>
            """;
    }
}
