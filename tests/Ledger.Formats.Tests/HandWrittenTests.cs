namespace Pujiang.Ledger.Formats.Tests;

/// <summary>Journals as people write them.</summary>
public sealed class HandWrittenTests
{
    const string Household = """
        ; A household of three months
        # another comment
        commodity 1,000.00 EUR
        account Assets:Bank:Checking  ; the main one
            ; opened in 2019
        tag project
        Y2026

        comment
        2026-01-01 not an entry
            Assets:A  1 EUR
        end comment

        2026-01-01 * Opening balances
            Assets:Bank:Checking     1,500.00 EUR
            Assets:Cash               $20
            Equity:Opening:EUR
            Equity:Opening:USD       -20.00 USD

        2026/1/15 ! (17) Café “Zürich” | coffee   ; project: holiday
            Expenses:Food            EUR 4.50  ; two cups
            * Assets:Bank:Checking

        01-31 Salary
            ; period: January
            assets:bank:checking     2000 EUR
            Revenues:Job            EUR -2000.00
        """;

    [Fact]
    public async Task Hledger_Household_IsPosted()
    {
        using var folder = new TestFolder();
        // Each commodity of an elided posting is its own leg; here only the euros are missing.
        var file = folder.File("h.journal", Household.Replace("$20", "20.00 USD", StringComparison.Ordinal));

        var read = await LedgerImport.IntoFolder(file, LedgerFormat.Hledger, folder["l"], TestLedger.Options);

        Assert.Equal((3, 3, 0, 7), (read.Entries, read.Posted, read.Repeated, read.AccountsOpened));
        await using var book = TestLedger.OpenQuietly(folder["l"]);
        var entries = new List<PostedEntry>();
        await foreach (var posted in TestLedger.Entries(book)) entries.Add(posted);
        Assert.Equal([(0, "Opening balances"), (17, "Café “Zürich” | coffee\nproject: holiday\ntwo cups"), (0, "Salary\nperiod: January")], entries.Select(e => (e.Entry.Code, e.Entry.Metadata)));
        Assert.Equal([new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 15), new DateOnly(2026, 1, 31)], entries.Select(e => e.Entry.ValueDate));
        Assert.Equal([450L, 450L], entries[1].Entry.Legs.Select(leg => leg.Amount));
        var states = new List<AccountState>();
        foreach (var id in entries.SelectMany(e => e.Entry.Legs).Select(leg => leg.Account).Distinct()) states.Add((await book.Find(id))!);
        Assert.Equal(
            [("Assets:Bank:Checking", AccountKind.Asset, 149_550L), ("Assets:Cash", AccountKind.Asset, 2000L), ("Equity:Opening:EUR", AccountKind.Equity, 150_000L),
             ("Equity:Opening:USD", AccountKind.Equity, 2000L), ("Expenses:Food", AccountKind.Expense, 450L), ("Revenues:Job", AccountKind.Income, 200_000L), ("assets:bank:checking", AccountKind.Asset, 200_000L)],
            states.Select(state => (state.Account.Reference, state.Account.Kind, state.Posted)).OrderBy(state => state.Reference, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Import_OfAGrownJournal_PostsWhatIsNew()
    {
        using var folder = new TestFolder();
        var coffee = "\n2026-02-01 coffee\n    Expenses:Food  3 EUR\n    Assets:Cash\n";
        await LedgerImport.IntoFolder(folder.File("a", coffee), LedgerFormat.Ledger, folder["l"], TestLedger.Options);
        // The same entry again in the file is a second coffee; the first one is known.
        var second = await LedgerImport.IntoFolder(folder.File("b", "; more\n" + coffee + coffee), LedgerFormat.Ledger, folder["l"], TestLedger.Options);
        var third = await LedgerImport.IntoFolder(folder["b"], LedgerFormat.Ledger, folder["l"], TestLedger.Options);
        Assert.Equal((1, 1), (second.Posted, second.Repeated));
        Assert.Equal((0, 2), (third.Posted, third.Repeated));
    }

    [Fact]
    public async Task Beancount_Household_IsPosted()
    {
        using var folder = new TestFolder();
        var file = folder.File("b.beancount", """
            option "title" "Household"
            * Org heading
            2020-01-01 open Assets:Bank:Checking EUR,USD "STRICT"
              institution: "Bank"
            2020-01-01 open Expenses:Food
            2020-01-01 commodity EUR
              name: "Euro"
            2020-01-02 note Assets:Bank:Checking "hello"
            2026-01-15 * "Café \"Z\"" "two
            lines" #trip ^bill-1
              key: "va;lue"  ; comment
              Expenses:Food             1,004.50 EUR ; cups
                kind: 3
              ! Assets:Bank:Checking
            2026-01-16 txn "only narration"
              Assets:Bank:Checking  10 USD
              Expenses:Food        -10.00 USD
            """);

        var read = await LedgerImport.IntoFolder(file, LedgerFormat.Beancount, folder["l"], TestLedger.Options);

        Assert.Equal((2, 4), (read.Posted, read.AccountsOpened));
        await using var book = TestLedger.OpenQuietly(folder["l"]);
        var entries = new List<PostedEntry>();
        await foreach (var posted in TestLedger.Entries(book)) entries.Add(posted);
        Assert.Equal(["Café \"Z\" two\nlines #trip ^bill-1\nkey: va;lue\nkind: 3", "only narration"], entries.Select(e => e.Entry.Metadata));
        Assert.Equal([100_450L, 100_450L, 1000L, 1000L], entries.SelectMany(e => e.Entry.Legs).Select(leg => leg.Amount));
    }

    [Theory]
    [InlineData(LedgerFormat.Hledger, "P 2026-01-01 USD 3 EUR\n", "1:1", "prices (P) are not supported")]
    [InlineData(LedgerFormat.Hledger, "= Expenses\n  (A:B)  1 EUR\n", "1:1", "automated postings")]
    [InlineData(LedgerFormat.Hledger, "~ monthly\n", "1:1", "periodic entries")]
    [InlineData(LedgerFormat.Hledger, "include other.journal\n", "1:1", "included files")]
    [InlineData(LedgerFormat.Hledger, "2026-02-30 x\n", "1:1", "no day of the calendar")]
    [InlineData(LedgerFormat.Hledger, "02-03 x\n", "1:1", "has no year")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  10 EUR @ 3 USD\n  Assets:B\n", "2:13", "prices are not supported")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  10 EUR {3 USD}\n  Assets:B\n", "2:13", "cost lots")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  10 EUR = 20 EUR\n  Assets:B\n", "2:13", "balance assertions")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  (Assets:A)  10 EUR\n", "2:3", "virtual postings")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Bank  10 EUR\n  Assets:B\n", "2:3", "begin it with Assets:")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  1,000 EUR\n  Assets:B\n", "2:13", "two readings")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  1.000,00 EUR\n  Assets:B\n", "2:13", "no amount")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  10\n  Assets:B\n", "2:13", "has no commodity")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A\n  Assets:B\n", "3:3", "only one posting")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  10 EUR\n  Assets:B  -9 EUR\n", "1:1", "what is over is 1 EUR")]
    [InlineData(LedgerFormat.Hledger, "  Assets:A  10 EUR\n", "1:1", "belongs to no entry")]
    [InlineData(LedgerFormat.Hledger, "2026-01-01 x\n  Assets:A  10 ¥\n  Assets:B\n", "2:3", "no asset code")]
    [InlineData(LedgerFormat.Ledger, "account Assets:A\n  alias a\n", "2:3", "not supported below an account")]
    [InlineData(LedgerFormat.Beancount, "2026-01-01 price USD 3 EUR\n", "1:1", "prices are not supported")]
    [InlineData(LedgerFormat.Beancount, "2026-01-01 balance Assets:A 3 EUR\n", "1:1", "balance assertions")]
    [InlineData(LedgerFormat.Beancount, "plugin \"x\"\n", "1:1", "plugins are not supported")]
    [InlineData(LedgerFormat.Beancount, "2026-01-01 * \"x\"\n  Assets:A  1/3 EUR\n  Assets:B\n", "2:13", "calculated amounts")]
    [InlineData(LedgerFormat.Beancount, "2026-01-01 * \"x\n", "1:1", "never closed")]
    [InlineData(LedgerFormat.Csv, "", "1", "the file is empty")]
    [InlineData(LedgerFormat.Csv, "entry,colour\n", "1", "'colour' is no column")]
    [InlineData(LedgerFormat.Csv, "value_date,entry,account,kind,chart_code,asset,scale,debit\n2026-01-01,x,,,,,,\n", "2 (entry)", "is no id")]
    [InlineData(LedgerFormat.Parquet, "PAR1", "1", "no sound Parquet file")]
    public async Task Import_OfWhatIsNotSupported_NamesPlaceAndRemedy(LedgerFormat format, string content, string place, string remedy)
    {
        using var folder = new TestFolder();
        var file = folder.File("f", content);

        var refused = await Assert.ThrowsAsync<ImportRefusedException>(() => LedgerImport.IntoFolder(file, format, folder["l"], TestLedger.Options));

        Assert.StartsWith($"{file}:{place}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Import_BeyondALimitOfTheLedger_ChangesNothing()
    {
        using var folder = new TestFolder();
        const string Header = "value_date,entry,account,kind,chart_code,asset,scale,debit,credit,overdraft\n";
        string Entry(int number, int amount) => $"2026-01-01,00000000-0000-0000-0000-00000000000{number},00000000-0000-0000-0000-0000000000aa,liability,2011,CNY,2,{amount}.00,,100.00\n"
            + $"2026-01-01,00000000-0000-0000-0000-00000000000{number},00000000-0000-0000-0000-0000000000bb,liability,2011,CNY,2,,{amount}.00,unlimited\n";
        await LedgerImport.IntoFolder(folder.File("a", Header + Entry(1, 60)), LedgerFormat.Csv, folder["l"], TestLedger.Options);
        var before = await TestLedger.Dump(folder["l"]);

        var refused = await Assert.ThrowsAsync<ImportRefusedException>(() =>
            LedgerImport.IntoFolder(folder.File("b", Header + Entry(2, 10) + Entry(3, 50)), LedgerFormat.Csv, folder["l"], TestLedger.Options));

        Assert.Contains("b:4: more than is available", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TestLedger.Dump(folder["l"]));
        // The refused id was never told to the ledger: with a smaller amount it is posted.
        var smaller = await LedgerImport.IntoFolder(folder.File("c", Header + Entry(2, 10) + Entry(3, 30)), LedgerFormat.Csv, folder["l"], TestLedger.Options);
        Assert.Equal((2, 0), (smaller.Posted, smaller.Repeated));
    }
}
