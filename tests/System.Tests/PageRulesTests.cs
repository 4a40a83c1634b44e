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
    ];

    public static TheoryData<string, string?, int, string> PagesInModes()
    {
        var data = new TheoryData<string, string?, int, string>();
        foreach (var (path, role, status) in Pages)
            foreach (var mode in Mode.Names)
                data.Add(path, role, status, mode);
        return data;
    }

    [Theory]
    [MemberData(nameof(PagesInModes))]
    public async Task Page_InAnyMode_KeepsTheRules(string path, string? role, int status, string mode)
    {
        await using var visitor = await bank.Visit(Mode.Of(mode));
        if (role is not null) await visitor.SignIn(role);
        var response = await visitor.Open(await visitor.Resolve(path));
        await visitor.Picture(Name(path, role, mode));
        Assert.Equal(status, response.Status);
        var wrong = await PageRules.Check(visitor, status).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
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
                await visitor.Open(await visitor.Resolve(path));
                titles.Add(await visitor.Page.TitleAsync());
            }
        }
        Assert.Equal(titles.Distinct().Order(), titles.Order());
    }

    static string Name(string path, string? role, string mode)
    {
        var page = string.Join('-', path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "{account}"));
        return $"{(page.Length == 0 ? "home" : page)}{(role is null ? "" : $"-as-{role}")}.{mode}";
    }
}
