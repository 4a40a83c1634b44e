using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class ListImportTests
{
    static readonly Caller Sun = Compliance("sun"), Li = Compliance("li");

    static Caller Compliance(string name) => new(null, IsOperator: false) { UserId = NameBasedId.From("office", name), Roles = [Roles.Compliance] };

    static Task<Outcome<ApprovalView>> AskFor(TestBank bank, Guid version, Caller by) =>
        bank.Call((ImportList imports) => imports.AskFor(version, by, CancellationToken.None));

    static Task<ListVersionView?> Look(TestBank bank, Guid version) => bank.Call((ListVersions versions) => versions.Find(version, CancellationToken.None));

    [Theory, BothDatabases]
    public async Task Import_FirstList_IsInForceAtOnceAndAfterARestart(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        Assert.Empty(await bank.Screen("Jose Gomez Perez"));

        var (version, repeated) = await bank.Import(SmallList.Ofac("GOMEZ PEREZ, Jose"), "ofac-2026-02-28.csv").Value();

        Assert.False(repeated);
        Assert.Equal(("OFAC", new DateOnly(2026, 2, 28), 1, ListState.InForce), (version.List, version.PublishedOn!.Value, version.Entries, version.State));
        Assert.Equal(HitGrade.Strong, Assert.Single(await bank.Screen("Jose Gomez Perez")).Grade);
        await bank.Crash();
        Assert.Single(await bank.Screen("Jose Gomez Perez"));
    }

    [Theory, BothDatabases]
    public async Task Import_LaterVersion_ReplacesTheFirstAndTellsWhatChanged(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var names = SmallList.Twenty.ToList();
        var first = (await bank.Import(SmallList.Ofac(names)).Value()).Version;
        names[3] = "QUEZADA, Zoroaster";
        var second = (await bank.Import(SmallList.Ofac(names.Append("GOMEZ PEREZ, Jose"))).Value()).Version;

        Assert.Equal((20, 21, 1, 0, 1), (second.EntriesBefore, second.Entries, second.Added, second.Removed, second.Changed));
        Assert.Equal(ListState.Replaced, (await Look(bank, first.Id))!.State);
        var (changes, _) = await bank.Call((ListVersions versions) => versions.Changes(second.Id, 1, CancellationToken.None));
        Assert.Equal(
            [new ListChange(ListChangeKind.Added, "21", "GOMEZ PEREZ, Jose"), new ListChange(ListChangeKind.Changed, "4", "QUEZADA, Zoroaster")], changes);
        Assert.Single(await bank.Screen("Zoroaster Quezada"));
        Assert.Empty(await bank.Screen("Dagmar Ulfeldt"));
    }

    [Theory, BothDatabases]
    public async Task Import_TheSameAgain_ChangesNothing(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var first = (await bank.Import(SmallList.Ofac("GOMEZ PEREZ, Jose")).Value()).Version;
        var again = await bank.Import(SmallList.Ofac("GOMEZ PEREZ, Jose"), "other-name.csv").Value();
        Assert.Equal((true, first.Id), (again.Repeated, again.Version.Id));
        Assert.Single(await bank.Call((ListVersions versions) => versions.List(10, CancellationToken.None)));
    }

    [Theory, BothDatabases]
    public async Task Import_IsEvidenceWithTheHashOfTheFile(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        var content = SmallList.Ofac("GOMEZ PEREZ, Jose");
        var version = (await bank.Import(content).Value()).Version;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), version.Hash);
        var record = await bank.Tables(db => db.Set<EvidenceRecord>().SingleAsync(r => r.Reference == version.EvidenceReference));
        Assert.Equal("sanctions-list", record.Kind);
        Assert.Equal(1, await bank.Tables(db => db.Set<AuditEntry>().CountAsync(a => a.Action == "screening/list-in-force" && a.Actor == "operator")));
    }

    public static IEnumerable<TheoryDataRow<string, string>> BadFiles =>
    [
        new("", "is empty"),
        new("hello", "sdn.csv, line 1: 1 fields instead of 12"),
        new("<html>Not found</html>", "neither an OFAC list"),
        new("1,\"A\",\"individual\"\r\n", "sdn.csv, line 1: 3 fields instead of 12"),
        new(Row(1, "A") + Row(2, "B") + Row(1, "C"), "sdn.csv, line 3: the entry number 1 is there twice"),
        new(Row(1, ""), "sdn.csv, line 1: the entry 1 has no name"),
        new(Row(1, "A").Replace("individual", "dog", StringComparison.Ordinal), "sdn.csv, line 1: the type 'dog' is none of"),
        new("<CONSOLIDATED_LIST dateGenerated=\"2026-01-01T00:00:00Z\">\n<INDIVIDUALS>\n<INDIVIDUAL>", "sdn.csv, line 3:"),
        new("<CONSOLIDATED_LIST>\n<INDIVIDUAL><DATAID>9</DATAID><FIRST_NAME>X</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>", "line 2: the entry 9 has no reference number"),
        new("<CONSOLIDATED_LIST></CONSOLIDATED_LIST>", "has no entry"),
        new("PK\u0003\u0004broken", "damaged ZIP"),
    ];

    static string Row(int number, string name) => $"{number},\"{name}\",\"individual\",\"SDNT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n";

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task Import_BadFile_IsRefusedWholeWithItsLine(string text, string expected)
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        await bank.Import(SmallList.Ofac("GOMEZ PEREZ, Jose")).Value();
        var outcome = await bank.Import(Encoding.UTF8.GetBytes(text));
        Assert.False(outcome.Try(out _, out var refusal));
        Assert.Equal("list_unreadable", refusal.Code);
        Assert.Contains(expected, refusal.Reason, StringComparison.Ordinal);
        Assert.Single(await bank.Screen("Jose Gomez Perez"));
        Assert.Single(await bank.Call((ListVersions versions) => versions.List(10, CancellationToken.None)));
    }

    [Fact]
    public async Task Import_ZipWithACompanionOfAnotherDay_IsRefusedWithItsLine()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite);
        Assert.False((await bank.Import(Zip(("sdn.csv", Row(1, "A")), ("alt.csv", "1,1,\"aka\",\"B\",-0- \r\n7,2,\"aka\",\"C\",-0- \r\n")))).Try(out _, out var refusal));
        Assert.Contains("alt.csv, line 2: there is no entry 7 in sdn.csv", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(2, (await bank.Import(Zip(("sdn.csv", Row(1, "A")), ("alt.csv", "1,1,\"aka\",\"B\",-0- \r\n"))).Value()).Version.Names);
    }

    static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        return stream.ToArray();
    }

    [Theory, BothDatabases]
    public async Task Import_OlderOrFutureList_IsRefused(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Import(SmallList.Ofac("A B C"), "ofac-2026-02-28.csv").Value();
        Assert.Equal("list_older", await bank.Import(SmallList.Ofac("A B D"), "ofac-2026-02-27.csv").Code());
        Assert.Equal("list_of_future", await bank.Import(SmallList.Ofac("A B D"), "ofac-2027-02-27.csv").Code());
    }

    [Theory, BothDatabases]
    public async Task Import_ThatShrinks_WaitsForTwoPeople(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Import(SmallList.Ofac(SmallList.Twenty)).Value();
        // One of twenty is five per cent, and more than that waits.
        var version = (await bank.Import(SmallList.Ofac(SmallList.Twenty.Take(18))).Value()).Version;
        Assert.Equal((ListState.Waiting, 2), (version.State, version.Removed));
        Assert.Single(await bank.Screen("Tiburcio Nakhjavani"));

        var asked = await AskFor(bank, version.Id, Sun).Value();
        Assert.Equal("list_asked", await AskFor(bank, version.Id, Li).Code());
        Assert.Equal("approval_own", await bank.Approve(asked, Sun).Code());
        Assert.Equal(ApprovalState.Executed, (await bank.Approve(asked, Li).Value()).State);

        Assert.Equal(ListState.InForce, (await Look(bank, version.Id))!.State);
        Assert.Empty(await bank.Screen("Tiburcio Nakhjavani"));
    }

    [Theory, BothDatabases]
    public async Task Import_ThatShrinksByLess_IsInForceAtOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Import(SmallList.Ofac(SmallList.Twenty)).Value();
        Assert.Equal(ListState.InForce, (await bank.Import(SmallList.Ofac(SmallList.Twenty.Take(19))).Value()).Version.State);
    }

    [Theory, BothDatabases]
    public async Task Approve_AfterALaterVersionCame_IsNotCarriedOut(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Import(SmallList.Ofac(SmallList.Twenty)).Value();
        var small = (await bank.Import(SmallList.Ofac(SmallList.Twenty.Take(3))).Value()).Version;
        var asked = await AskFor(bank, small.Id, Sun).Value();
        var later = (await bank.Import(SmallList.Ofac(SmallList.Twenty.Append("NEW, One"))).Value()).Version;

        var decided = await bank.Approve(asked, Li).Value();

        Assert.Equal((ApprovalState.Failed, "list_not_waiting"), (decided.State, decided.FailureCode));
        Assert.Equal((ListState.Replaced, ListState.InForce), ((await Look(bank, small.Id))!.State, (await Look(bank, later.Id))!.State));
    }

    [Theory, BothDatabases]
    public async Task Imports_AtOnce_OneIsInForceInTheEnd(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Import(SmallList.Ofac(SmallList.Twenty)).Value();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => bank.Import(SmallList.Ofac(SmallList.Twenty.Append($"NEW, Number{(char)('a' + i)}"))))));
        Assert.Contains(outcomes, outcome => !outcome.IsRefused());
        Assert.All(outcomes.Where(outcome => outcome.IsRefused()), outcome => Assert.Equal("list_raced", outcome.Code()));
        var versions = await bank.Call((ListVersions book) => book.List(10, CancellationToken.None));
        Assert.Single(versions, version => version.State == ListState.InForce);
    }

    /// <summary>What the address answers; the real thing would be the publisher's server.</summary>
    sealed class Publisher(Func<string, byte[]?> files) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(files(request.RequestUri!.AbsolutePath) is { } content
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(content) } : new HttpResponseMessage(HttpStatusCode.NotFound));
    }

    static Action<IServiceCollection> Fetching(Func<string, byte[]?> files, params string[] addresses) => services =>
    {
        services.AddHttpClient(FetchLists.Client).ConfigurePrimaryHttpMessageHandler(() => new Publisher(files));
        var options = (PlatformOptions)services.Single(service => service.ServiceType == typeof(PlatformOptions)).ImplementationInstance!;
        services.AddSingleton(options with { Screening = new ScreeningOptions { Sources = [.. addresses.Select(address => new ListSource { Address = address })] } });
    };

    static Task Fetch(TestBank bank) => bank.In(services => services.GetRequiredService<FetchLists>().Run(new JobRun("sanctions-lists", 1, ""), CancellationToken.None));

    [Theory, BothDatabases]
    public async Task Fetch_FolderOfOfac_ImportsWhatIsNewOnce(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Fetching(
            path => path switch
            {
                "/ofac/sdn.csv" => Encoding.UTF8.GetBytes(Row(1, "GOMEZ PEREZ, Jose")),
                "/ofac/alt.csv" => Encoding.UTF8.GetBytes("1,1,\"aka\",\"PEPE PEREZ\",-0- \r\n"),
                "/ofac/add.csv" or "/ofac/sdn_comments.csv" => [0x1a],
                _ => null,
            }, "http://lists.example/ofac/"));
        await Fetch(bank);
        await Fetch(bank);
        Assert.Equal(("job", 2), Assert.Single(await bank.Call((ListVersions versions) => versions.List(10, CancellationToken.None))) is var only ? (only.ImportedBy, only.Names) : default);
    }

    [Fact]
    public async Task Fetch_OneAddressOfTwoIsGone_ImportsTheOtherAndFails()
    {
        await using var bank = await TestBank.New(TestDatabase.Sqlite, Fetching(
            path => path == "/sdn.csv" ? SmallList.Ofac("GOMEZ PEREZ, Jose") : null, "http://lists.example/gone.xml", "http://lists.example/sdn.csv"));
        var failure = await Assert.ThrowsAsync<JobFailedException>(() => Fetch(bank));
        Assert.Contains("gone.xml answered 404", failure.Message, StringComparison.Ordinal);
        Assert.Single(await bank.Screen("Jose Gomez Perez"));
    }
}
