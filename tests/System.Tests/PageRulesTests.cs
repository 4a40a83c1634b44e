namespace Pujiang.System.Tests;

/// <summary>Every page in every mode keeps the rules. A new page is one line in <see cref="Pages"/>.</summary>
public sealed class PageRulesTests(Bank bank)
{
    /// <summary>Path, who opens it (null: nobody signed in), and the status it answers with. "{account}" is that one's first account.</summary>
    static readonly (string Path, string? Role, int Status)[] Pages =
    [
        ("/", null, 200),
        ("/", "customer", 200),
        ("/sign-in?back=%2Fhelp", null, 200),
        ("/help", null, 200),
        ("/accessibility", null, 200),
        ("/style", null, 200),
        ("/no-such-page", null, 404),
        ("/error/500", null, 500),
        ("/", "firm", 200),
        ("/accounts/{account}/statement", "customer", 200),
        ("/accounts/{account}/limits", "customer", 200),
        ("/transfer?from={account}", "customer", 200),
        ("/payees", "customer", 200),
        ("/transfers/scheduled", "customer", 200),
        ("/payments", "firm", 200),
        ("/activate", null, 200),
        ("/recover", null, 200),
        ("/account", "customer", 200),
        ("/account/app", "customer", 200),
        ("/account/codes", "customer", 200),
        ("/account/passkeys", "customer", 200),
        ("/account/password", "customer", 200),
        ("/account/sessions", "customer", 200),
        ("/documents", "customer", 200),
        ("/messages", "customer", 200),
        ("/messages/address/email", "customer", 200),
        ("/messages/settings", "customer", 200),
        ("/evidence", null, 200),
        ("/evidence", "auditor", 200),
        ("/evidence/record?reference=none", null, 422),
        ("/", "teller", 200),
        ("/counter", "teller", 200),
        ("/counter/accounts/{some-account}", "teller", 200),
        ("/counter/accounts/{some-account}/cash?amount=100.00&key=page-rules", "teller", 200),
        ("/counter/accounts/{some-account}/limits", "teller", 200),
        ("/approvals", "operations", 200),
        ("/approvals/delegations", "operations", 200),
        ("/", "operations", 200),
        ("/operations", "operations", 200),
        ("/operations/audit", "auditor", 200),
        ("/operations/calendar", "operations", 200),
        ("/operations/jobs", "operations", 200),
        ("/operations/jobs/ledger-verification", "operations", 200),
        ("/", "compliance", 200),
        ("/screening", "compliance", 200),
        ("/screening/lists", "compliance", 200),
        ("/keys", "security", 200),
        ("/keys/add", "security", 200),
        ("/keys/rotate?owner=bank", "security", 200),
        ("/accounts/{account}/papers", "customer", 200),
        ("/papers", null, 200),
        ("/programs", "security", 200),
        ("/programs/register", "security", 200),
        ("/webhooks", "firm", 200),
        ("/webhooks/add", "firm", 200),
        ("/deliveries", "operations", 200),
        ("/received", "operations", 200),
        ("/programs/register-application", "security", 200),
        ("/account/applications", "customer", 200),
        ("/people", "security", 200),
        ("/people/invite", "security", 200),
        ("/counter/sign-in", "teller", 200),
    ];

    /// <summary>Pages that need something to be made first: a transfer, a request, a document. Journeys that make it check them there.</summary>
    static readonly string[] OnTheWay =
    [
        "/not-found", "/sign-in/again", "/sign-in/code", "/transfer/check", "/transfer/{Id:guid}", "/transfer/{Id:guid}/cancel", "/payments/{Id:guid}",
        "/payees/{Id:guid}/remove", "/approvals/{Id:guid}", "/approvals/{Id:guid}/approve", "/approvals/{Id:guid}/refuse", "/approvals/{Id:guid}/withdraw",
        "/documents/{Id:guid}", "/documents/{Id:guid}/ask", "/documents/{Id:guid}/decline", "/documents/{Id:guid}/sign",
        "/documents/{Id:guid}/signatures/{Signature:guid}", "/papers/{Path}", "/keys/{KeyId}/revoke",
        "/people/{Id:guid}", "/people/{Id:guid}/code", "/people/{Id:guid}/lock", "/people/{Id:guid}/roles", "/connect/consent", "/connect/end-session",
        "/programs/{ClientId}", "/programs/{ClientId}/end", "/programs/{ClientId}/keys", "/programs/{ClientId}/keys/{Fingerprint}/withdraw",
        "/webhooks/{Id:guid}", "/webhooks/{Id:guid}/close", "/webhooks/{Id:guid}/deliveries/{Message:guid}",
        "/deliveries/{Id:guid}", "/deliveries/{Id:guid}/withdraw", "/received/{Id:guid}",
        "/messages/{Id:guid}",
        "/screening/cases/{Id:guid}", "/screening/cases/{Id:guid}/hits/{Number:int}", "/screening/lists/{Id:guid}",
    ];

    /// <summary>Modes in which each page is checked by default: another one from page to page, so that all modes are seen. <c>PUJIANG_PAGES=all</c> checks each page in all.</summary>
    const int ModesOfASample = 1;

    public static TheoryData<string, string?, int, string> PagesInModes()
    {
        var data = new TheoryData<string, string?, int, string>();
        var modes = Mode.Names.ToList();
        var count = Environment.GetEnvironmentVariable("PUJIANG_PAGES") == "all" ? modes.Count : ModesOfASample;
        var turn = 0;
        foreach (var (path, role, status) in Pages)
            for (var i = 0; i < count; i++)
                data.Add(path, role, status, modes[turn++ % modes.Count]);
        return data;
    }

    [Fact]
    public void Pages_OfTheBank_AreAllListed()
    {
        var routes = Directory.EnumerateFiles(Path.Combine(Bank.Root, "src"), "*.razor", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(Path.Combine(Bank.Root, "src", "City"), StringComparison.Ordinal))
            .SelectMany(File.ReadLines).Where(line => line.StartsWith("@page ", StringComparison.Ordinal)).Select(line => line.Split('"')[1]).ToList();
        Assert.Contains("/transfer", routes);
        var listed = Pages.Select(page => page.Path.Split('?')[0]).ToList();
        Assert.Empty(routes.Except(OnTheWay, StringComparer.Ordinal).Where(route => !listed.Exists(path => Matches(route, path))).Select(route => $"{route} is not checked: add a line to Pages."));
        Assert.Empty(OnTheWay.Except(routes, StringComparer.Ordinal).Select(route => $"{route} is no page any more."));
    }

    static bool Matches(string route, string path)
    {
        var (parts, given) = (route.Split('/'), path.Split('/'));
        return parts.Length == given.Length && parts.Zip(given).All(pair => pair.First == pair.Second || pair.First.StartsWith('{'));
    }

    [Theory]
    [MemberData(nameof(PagesInModes))]
    public async Task Page_InAnyMode_KeepsTheRules(string path, string? role, int status, string mode)
    {
        await using var visitor = await bank.Visit(Mode.Of(mode));
        if (role is not null) await visitor.SignIn(role);
        var response = await visitor.Open(await visitor.Resolve(await OfSomebody(path)));
        await visitor.Picture(Name(path, role, mode));
        Assert.Equal(status, response.Status);
        var wrong = await PageRules.Check(visitor, status, focusMoved: status == 422).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Titles_OfAllPages_Differ()
    {
        var titles = new List<string>();
        foreach (var pages in Pages.DistinctBy(p => p.Path).GroupBy(p => p.Role, StringComparer.Ordinal))
        {
            await using var visitor = await bank.Visit(Mode.Of("en-phone"));
            if (pages.Key is { } role) await visitor.SignIn(role);
            foreach (var (path, _, _) in pages)
            {
                await visitor.Open(await visitor.Resolve(await OfSomebody(path)));
                titles.Add(await visitor.Page.TitleAsync());
            }
        }
        Assert.Equal(titles.Distinct().Order(), titles.Order());
    }

    /// <summary>The path with the id of a customer's account for "{some-account}".</summary>
    async Task<string> OfSomebody(string path) =>
        path.Contains("{some-account}", StringComparison.Ordinal) ? path.Replace("{some-account}", await bank.SomeAccount(), StringComparison.Ordinal) : path;

    static string Name(string path, string? role, string mode)
    {
        var page = string.Join('-', path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => !part.StartsWith('{')));
        return $"{(page.Length == 0 ? "home" : page)}{(role is null ? "" : $"-as-{role}")}.{mode}";
    }
}
