using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Stories of one transfer made at once. The bank checks its books when it closes.</summary>
public sealed class TransferTests
{
    static async Task<(TestBank Bank, Customer Payer, Customer Payee)> Open(
        TestDatabase database = TestDatabase.Sqlite, string paidIn = "1000.00")
    {
        var bank = await TestBank.New(database, Customer.Add);
        return (bank, await Customer.Open(bank, 0, paidIn), await Customer.Open(bank, 1));
    }

    [Theory, BothDatabases]
    public async Task Handle_ToACustomer_MovesTheMoneyAtOnce(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;

        var made = await payer.Transfer(bank, payer.To(payee, "1,000.00")).Value();

        Assert.Equal((TransferState.Posted, payee.Name, "CNY 1,000.00"), (made.State, made.PayeeName, made.Amount.ToString()));
        Assert.Equal((0m, 1000m), (await payer.Balance(bank), await payee.Balance(bank)));
        Assert.Equal(199_000m, (await payer.View(bank)).LeftToday.ToDecimal());
        var entry = (await bank.Ledger.FindEntry(Transfer.EntryOf(made.Id)))!.Entry;
        Assert.Equal([Leg.Debit(payer.Id, 1000_00), Leg.Credit(payee.Id, 1000_00)], entry.Legs.Take(2));
        Assert.Equal(made.Reference, entry.Id.Value.ToString("N"));
    }

    [Fact]
    public async Task Handle_ToAnotherBank_WaitsInClearing()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        await payer.Transfer(bank, new(payer.Account, "Erika Mustermann", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX", "12.34", null, null)).Value();
        Assert.Equal(987.66m, await payer.Balance(bank));
        Assert.Equal(12_34, (await bank.Ledger.Find(HouseAccounts.Clearing(Assets.Cny)))!.Posted);
    }

    [Theory, BothDatabases]
    public async Task Handle_SameKeySameContent_AnswersTheSameAndMovesOnce(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var first = await payer.Transfer(bank, payer.To(payee, "100")).Value();
        var again = await payer.Transfer(bank, payer.To(payee, " 100.00 ") with { PayeeNumber = AmountsOf(payee.Number) }).Value();
        await bank.Restart();
        bank.Clock.Advance(TimeSpan.FromDays(1));
        var later = await payer.Transfer(bank, payer.To(payee, "100")).Value();
        Assert.Equal(first, again);
        Assert.Equal(first, later);
        Assert.Equal(900, await payer.Balance(bank));

        static string AmountsOf(string number) => Amounts.Grouped(number);
    }

    [Theory]
    [BothDatabases("amount")]
    [BothDatabases("payee")]
    [BothDatabases("purpose")]
    [BothDatabases("day")]
    public async Task Handle_SameKeyOtherContent_IsRefusedAndMovesNothing(TestDatabase database, string changed)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var other = await Customer.Open(bank, 2);
        var request = payer.To(payee, "100.00");
        await payer.Transfer(bank, request).Value();
        var second = changed switch
        {
            "amount" => request with { Amount = "200.00" },
            "payee" => payer.To(other, "100.00"),
            "purpose" => request with { Purpose = "another bill" },
            _ => request with { On = new DateOnly(2026, 3, 5) },
        };
        Assert.Equal("idempotency_key_reused", await payer.Transfer(bank, second).Code());
        Assert.Equal((900m, 100m, 0m), (await payer.Balance(bank), await payee.Balance(bank), await other.Balance(bank)));
    }

    [Fact]
    public async Task Handle_SameKeyOfAnotherCustomer_IsAnotherTransfer()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        await payee.PayIn(bank, "50.00", "k");
        var one = await payer.Transfer(bank, payer.To(payee, "10.00")).Value();
        var other = await payee.Transfer(bank, payee.To(payer, "20.00")).Value();
        Assert.NotEqual(one.Id, other.Id);
        Assert.Equal(1010, await payer.Balance(bank));
    }

    [Fact]
    public async Task Handle_RefusedKeyTriedAgain_IsRefusedAgainThoughTheMoneyIsThereNow()
    {
        var (bank, payer, payee) = await Open(paidIn: "10.00");
        await using var _ = bank;
        Assert.Equal("insufficient_funds", await payer.Transfer(bank, payer.To(payee, "10.01")).Code());
        await payer.PayIn(bank, "100.00", "more");
        Assert.Equal("insufficient_funds", await payer.Transfer(bank, payer.To(payee, "10.01")).Code());
        Assert.Equal("transfer_refused_before", await payer.Transfer(bank, payer.To(payee, "10.00")).Code());
        Assert.Equal(TransferState.Posted, (await payer.Transfer(bank, payer.To(payee, "10.01"), "k2").Value()).State);
    }

    [Fact]
    public async Task Handle_AccountThatIsNotTheCallers_IsNotFound()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        Assert.Equal("account_not_found", await payee.Transfer(bank, payer.To(payee, "1.00")).Code());
        Assert.Equal("account_not_found", await payer.Transfer(bank, payer.To(payee, "1.00") with { From = payer.Party }).Code());
        Assert.Equal(1000, await payer.Balance(bank));
    }

    public static TheoryData<string, string, string> Restricted => new()
    {
        { "payer", "closed", "account_closed" },
        { "payer", "frozen", "account_frozen" },
        { "payer", "frozen amount", "account_frozen" },
        { "payee", "closed", "payee_account_closed" },
        { "payee", "frozen", "payee_account_frozen" },
    };

    [Theory, MemberData(nameof(Restricted))]
    public async Task Handle_ClosedOrFrozenAccount_IsRefusedAndMovesNothing(string whose, string how, string code)
    {
        var (bank, payer, payee) = await Open(paidIn: how == "closed" ? "0.01" : "1000.00");
        await using var _ = bank;
        if (whose == "payer" && how == "closed") await payer.Transfer(bank, payer.To(payee, "0.01"), "all").Value();
        await (whose == "payer" ? payer : payee).Restrict(bank, how switch
        {
            "closed" => new Limits(Closed: true),
            "frozen" => new Limits(FrozenIn: true, FrozenOut: true),
            _ => new Limits(FrozenAmount: 999_99),
        });
        var before = bank.Ledger.LastSequence;
        Assert.Equal(code, await payer.Transfer(bank, payer.To(payee, how == "closed" ? "0.01" : "0.02")).Code());
        Assert.InRange(bank.Ledger.LastSequence - before, 0, 1);
        Assert.True((await (whose == "payer" ? payer : payee).View(bank)) is { Closed: true } or { Frozen: true });
    }

    [Theory]
    [InlineData("1000.01", "insufficient_funds")]
    [InlineData("50000.01", "payment_limit_exceeded")]
    [InlineData("0", "amount_not_positive")]
    [InlineData("0.00", "amount_not_positive")]
    [InlineData("-1.00", "amount_not_positive")]
    [InlineData("1.001", "amount_invalid")]
    [InlineData("", "amount_invalid")]
    [InlineData(null, "amount_invalid")]
    [InlineData("ten", "amount_invalid")]
    [InlineData("1e3", "amount_invalid")]
    [InlineData("１００", "amount_invalid")]
    [InlineData("9223372036854775807", "amount_invalid")]
    [InlineData("92233720368547758.07", "payment_limit_exceeded")]
    [InlineData("92233720368547758.08", "amount_invalid")]
    [InlineData("-92233720368547758.08", "amount_invalid")]
    [InlineData("79228162514264337593543950336", "amount_invalid")]
    // More digits than a decimal holds: rounded, this would be a cent that nobody asked for.
    [InlineData("0.0099999999999999999999999999999999", "amount_invalid")]
    // A decimal comma would become a hundred times the amount.
    [InlineData("1,50", "amount_invalid")]
    [InlineData(",100", "amount_invalid")]
    [InlineData("1,2,3", "amount_invalid")]
    [InlineData("1.000,50", "amount_invalid")]
    [InlineData("100.00,0", "amount_invalid")]
    public async Task Handle_AmountThatCantBePaid_IsRefusedAndMovesNothing(string? amount, string code)
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var request = payer.To(payee, "") with { Amount = amount };
        Assert.Equal(code, await payer.Transfer(bank, request).Code());
        var problems = await bank.Call((MakeTransfer transfers) => transfers.Problems(request, payer.Caller, CancellationToken.None));
        Assert.Equal([code], problems.Select(problem => problem.Code));
        Assert.Equal((1000m, 0m), (await payer.Balance(bank), await payee.Balance(bank)));
    }

    [Theory]
    [InlineData("1,234.5", 1234_50)]
    [InlineData("12,345,678", 12345678_00)]
    [InlineData("0.01", 1)]
    public async Task Handle_AmountWithThousandsSeparators_IsTakenAsItReads(string amount, long minorUnits)
    {
        var (bank, payer, payee) = await Open(paidIn: "90000000.00");
        await using var _ = bank;
        await payer.SetLimits(bank, "90000000.00", "90000000.00");
        Assert.Equal(minorUnits, (await payer.Transfer(bank, payer.To(payee, amount)).Value()).Amount.MinorUnits);
    }

    [Theory, BothDatabases]
    public async Task Handle_BeyondTheDailyLimit_IsRefusedUntilTheNextDay(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "150.00");
        await payer.Transfer(bank, payer.To(payee, "100.00"), "k1").Value();
        Assert.Equal("daily_limit_exceeded", await payer.Transfer(bank, payer.To(payee, "50.01"), "k2").Code());
        await bank.Restart();
        Assert.Equal("daily_limit_exceeded", await payer.Transfer(bank, payer.To(payee, "50.01"), "k3").Code());
        await payer.Transfer(bank, payer.To(payee, "50.00"), "k4").Value();
        Assert.Equal(0, (await payer.View(bank)).LeftToday.MinorUnits);

        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(150_00, (await payer.View(bank)).LeftToday.MinorUnits);
        await payer.Transfer(bank, payer.To(payee, "100.00"), "k5").Value();
        Assert.Equal((750m, 50_00L), (await payer.Balance(bank), (await payer.View(bank)).LeftToday.MinorUnits));
    }

    [Theory, BothDatabases]
    public async Task Handle_ManyRacingForTheLastOfTheAllowance_OneWins(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "150.00");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => payer.Transfer(bank, payer.To(payee, "100.00"), $"race{i}"))));
        Assert.Equal(1, outcomes.Count(outcome => !outcome.IsRefused()));
        Assert.All(outcomes.Where(outcome => outcome.IsRefused()), refused => Assert.Equal("daily_limit_exceeded", refused.Code()));
        Assert.Equal((900m, 100m), (await payer.Balance(bank), await payee.Balance(bank)));
    }

    [Theory, BothDatabases]
    public async Task Handle_OneKeyManyTimesAtOnce_IsOneTransfer(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        var views = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => payer.Transfer(bank, payer.To(payee, "100.00")).Value())));
        Assert.Single(views.Distinct());
        Assert.Equal(900, await payer.Balance(bank));
    }

    [Fact]
    public async Task Handle_PayeeThatCantBePaid_IsRefusedAndMovesNothing()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var dollars = await Customer.Open(bank, 1, currency: "USD");
        var request = payer.To(payee, "1.00");
        await Refused("currency_mismatch", request with { PayeeNumber = dollars.Number });
        await Refused("same_account", payer.To(payer, "1.00"));
        await Refused("payee_name_mismatch", request with { PayeeName = payer.Name });
        await Refused("payee_name_invalid", request with { PayeeName = " " });
        await Refused("payee_account_unknown", request with { PayeeNumber = AccountNumber.Card(999_999_999_998) });
        await Refused("payee_account_unknown", request with { PayeeNumber = AccountNumber.Card(999_999_999_998), PayeeBank = "PUJBCNSH" });
        await Refused("payee_number_check_digit", request with { PayeeNumber = AccountNumber.Card(1)[..^1] + Wrong(AccountNumber.Card(1)[^1]) });
        await Refused("payee_number_invalid", request with { PayeeNumber = "12#4" });
        await Refused("payee_bank_invalid", request with { PayeeBank = new string('行', 141) });
        await Refused("payee_bank_not_of_card", request with { PayeeBank = "cobadeff" });
        foreach (var unreadable in (string[])["A\u0000B", "A\nB", "A\u202EB", "A\uFFFE", "\uD800A", "A\u2028B"])
        {
            await Refused("text_unreadable", request with { PayeeName = unreadable });
            await Refused("text_unreadable", request with { PayeeBank = unreadable });
            await Refused("text_unreadable", request with { Purpose = unreadable });
        }
        await Refused("purpose_too_long", request with { Purpose = new string('货', 141) });
        await Refused("date_out_of_range", request with { On = new DateOnly(2026, 3, 1) });
        await Refused("date_out_of_range", request with { On = new DateOnly(2027, 3, 4) });
        Assert.Equal((1000m, 0m), (await payer.Balance(bank), await payee.Balance(bank)));

        async Task Refused(string code, MakeTransfer.Request wrong) => Assert.Equal(code, await payer.Transfer(bank, wrong, $"{code}{wrong.On}").Code());
        static char Wrong(char digit) => digit == '0' ? '1' : '0';
    }

    [Fact]
    public async Task Handle_NumberOfOursAtAnotherBank_GoesToThatBank()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Customer.Add);
        var (payer, payee) = (await Customer.Open(bank, 0, "1000.00"), await Customer.Open(bank, 1, number: "532013000"));
        await payer.Transfer(bank, payer.To(payee, "1.00") with { PayeeName = "Erika 😀 Ödön", PayeeBank = "COBADEFF" }, "k1").Value();
        await payer.Transfer(bank, payer.To(payee, "2.00") with { PayeeBank = "PUJBCNSH" }, "k2").Value();
        Assert.Equal(2, await payee.Balance(bank));
        Assert.Equal(1_00, (await bank.Ledger.Find(HouseAccounts.Clearing(Assets.Cny)))!.Posted);
    }

    [Fact]
    public async Task Handle_PayeesNameInOtherSpacing_IsTheSameName()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var made = await payer.Transfer(bank, payer.To(payee, "1.00") with { PayeeName = $" {payee.Name[0]} {payee.Name[1..]} " }).Value();
        Assert.Equal(TransferState.Posted, made.State);
    }

    [Fact]
    public async Task Problems_OfARequest_AreAllToldAtOnce()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        var request = new MakeTransfer.Request(payer.Account, "", "1", null, "0", new string('货', 141), new DateOnly(2026, 3, 1));
        var problems = await bank.Call((MakeTransfer transfers) => transfers.Problems(request, payer.Caller, CancellationToken.None));
        Assert.Equal(
            ["payee_name_invalid", "payee_number_invalid", "amount_not_positive", "purpose_too_long", "date_out_of_range"],
            problems.Select(problem => problem.Code));
        Assert.Empty(await bank.Call((MakeTransfer transfers) => transfers.Problems(payer.To(payee, "1000.00"), payer.Caller, CancellationToken.None)));
    }

    [Theory, BothDatabases]
    public async Task ChangeLimits_AfterPayments_KeepsThemCounted(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "150.00", "l1");
        await payer.Transfer(bank, payer.To(payee, "100.00"), "k1").Value();
        await payer.SetLimits(bank, "100.00", "220.00", "l2");
        Assert.Equal(120_00, (await payer.View(bank)).LeftToday.MinorUnits);
        await payer.SetLimits(bank, "50.00", "80.00", "l3");
        Assert.Equal(0, (await payer.View(bank)).LeftToday.MinorUnits);
        Assert.Equal("daily_limit_exceeded", await payer.Transfer(bank, payer.To(payee, "0.01"), "k2").Code());
        Assert.Equal("payment_limit_exceeded", await payer.Transfer(bank, payer.To(payee, "50.01"), "k3").Code());
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(80_00, (await payer.View(bank)).LeftToday.MinorUnits);
    }

    [Theory, BothDatabases]
    public async Task ChangeLimits_ManyAtOnce_LeavesTodaysAllowanceRight(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.Transfer(bank, payer.To(payee, "30.00")).Value();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => payer.SetLimits(bank, "10.00", $"{i * 20}.00", $"l{i}"))));
        var view = await payer.View(bank);
        Assert.Equal(Math.Max(0, view.DailyLimit.MinorUnits - 30_00), view.LeftToday.MinorUnits);
        bank.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(view.DailyLimit, (await payer.View(bank)).LeftToday);
    }

    /// <summary>Otherwise lowering and raising a limit would win back what was paid.</summary>
    [Theory, BothDatabases]
    public async Task ChangeLimits_BelowWhatWasPaidAndBack_KeepsThePaymentsCounted(TestDatabase database)
    {
        var (bank, payer, payee) = await Open(database);
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "100.00", "l1");
        await payer.Transfer(bank, payer.To(payee, "90.00")).Value();
        await payer.SetLimits(bank, "1.00", "1.00", "l2");
        await bank.Restart();
        await payer.SetLimits(bank, "100.00", "100.00", "l3");
        Assert.Equal(10_00, (await payer.View(bank)).LeftToday.MinorUnits);
        Assert.Equal("daily_limit_exceeded", await payer.Transfer(bank, payer.To(payee, "10.01"), "k2").Code());
    }

    [Fact]
    public async Task ChangeLimits_WithNothingLeftToday_LeavesNothing()
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        await payer.SetLimits(bank, "100.00", "100.00", "l1");
        await payer.Transfer(bank, payer.To(payee, "100.00")).Value();
        await payer.SetLimits(bank, "50.00", "100.00", "l2");
        await payer.SetLimits(bank, "50.00", "60.00", "l3");
        Assert.Equal((60_00, 0), await payer.View(bank) is var view ? (view.DailyLimit.MinorUnits, view.LeftToday.MinorUnits) : default);
    }

    [Theory]
    [InlineData("0", "100", "limit_not_positive")]
    [InlineData("-1", "100", "limit_not_positive")]
    [InlineData("100", "99.99", "daily_limit_too_low")]
    [InlineData("100", "10000000000000.01", "limit_too_high")]
    [InlineData("x", "100", "amount_invalid")]
    [InlineData("100", "100.001", "amount_invalid")]
    [InlineData(null, null, "amount_invalid")]
    public async Task ChangeLimits_LimitsThatMakeNoSense_AreRefusedAndChangeNothing(string? perPayment, string? perDay, string code)
    {
        var (bank, payer, payee) = await Open();
        await using var _ = bank;
        Task<Outcome<DepositAccounts.View>> Change(Customer who) => bank.Call((DepositAccounts book) =>
            book.ChangeLimits(payer.Account, perPayment, perDay, who.Caller, "l1", CancellationToken.None));
        var before = await payer.View(bank);
        Assert.Equal(code, await Change(payer).Code());
        Assert.Equal("account_not_found", await Change(payee).Code());
        Assert.Equal(before, await payer.View(bank));
    }

    [Fact]
    public async Task ChangeLimits_SameKeyOtherLimits_IsRefused()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        await payer.SetLimits(bank, "100.00", "150.00", "l1");
        await payer.SetLimits(bank, "100.00", "150.00", "l1");
        Assert.Equal("idempotency_key_reused", await bank.Call((DepositAccounts book) =>
            book.ChangeLimits(payer.Account, "100.00", "160.00", payer.Caller, "l1", CancellationToken.None)).Code());
        Assert.Equal(150_00, (await payer.View(bank)).DailyLimit.MinorUnits);
    }

    [Theory]
    [InlineData("0", "amount_invalid")]
    [InlineData("-5", "amount_invalid")]
    [InlineData("0.001", "amount_invalid")]
    [InlineData("92233720368547758.07", "amount_too_large")]
    public async Task PayIn_AmountThatIsNone_IsRefused(string amount, string code)
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        Assert.Equal(code, await bank.Call((OpenAccount counter) => counter.PayIn(payer.Account, amount, "k", CancellationToken.None)).Code());
        Assert.Equal(1000, await payer.Balance(bank));
    }

    [Fact]
    public async Task PayIn_SameKeyAgain_PaysInOnceAndOtherCashIsRefused()
    {
        var (bank, payer, _) = await Open();
        await using var closing = bank;
        await payer.PayIn(bank, "5.00", "k");
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await payer.PayIn(bank, "5.00", "k");
        Assert.Equal("idempotency_key_reused", await bank.Call((OpenAccount counter) => counter.PayIn(payer.Account, "6.00", "k", CancellationToken.None)).Code());
        Assert.Equal(1005, await payer.Balance(bank));
    }
}
