using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>The rules of docs (F1…P1) that a browser can check on any page; each finding begins with its rule.</summary>
static class PageRules
{
    static readonly string Script = ReadScript();

    /// <summary>Everything wrong with the page that the visitor has open.</summary>
    /// <param name="focusMoved">The page set the focus itself, so Tab does not begin at its top.</param>
    public static async Task<List<string>> Check(Visitor visitor, int status = 200, bool focusMoved = false)
    {
        var (page, mode) = (visitor.Page, visitor.Mode);
        var wrong = visitor.Traffic(status);
        wrong.AddRange(await Axe(page, mode));
        wrong.AddRange(await page.EvaluateAsync<string[]>(Script + ".look", new
        {
            language = mode.Language,
            care = mode.Care is not null,
            extra = mode.Care == "extra-large",
        }));
        if (!focusMoved) wrong.AddRange(await Keyboard(page));
        wrong.AddRange(await Reflow(page, mode));
        return wrong;
    }

    static async Task<List<string>> Axe(IPage page, Mode mode)
    {
        var options = new AxeRunOptions
        {
            RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
            Rules = new Dictionary<string, RuleOptions>(StringComparer.Ordinal)
            {
                ["color-contrast-enhanced"] = new() { Enabled = mode.Care is not null },
                ["target-size"] = new() { Enabled = true },
            },
        };
        var result = await page.RunAxe(options);
        var wrong = result.Violations.Select(item => Tell("axe", item)).ToList();
        // What axe can't decide about contrast (gradients, pictures behind text) can't be promised either.
        wrong.AddRange(result.Incomplete.Where(item => item.Id.StartsWith("color-contrast", StringComparison.Ordinal))
            .Select(item => Tell("C4", item)));
        return wrong;
    }

    static string Tell(string rule, AxeResultItem item) =>
        $"{rule}: {item.Id}: {item.Help}: {string.Join(" | ", item.Nodes.Take(3).Select(node => node.Html))}";

    /// <summary>K1 to K3: Tab reaches each control once in the order of the page, visibly; the first stop skips to the text.</summary>
    static async Task<List<string>> Keyboard(IPage page)
    {
        var wrong = new List<string>();
        var expected = await page.EvaluateAsync<string[]>(Script + ".stops");
        var reached = new List<string>();
        string? last = null;
        for (var press = 0; press < expected.Length * 4 + 8; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            var stop = await page.EvaluateAsync<Stop>(Script + ".stop");
            if (stop.Name.Length == 0) break;
            // A date field takes several presses: day, month, year.
            if (stop.Name == last) continue;
            if (reached.Contains(stop.Name, StringComparer.Ordinal)) break;
            reached.Add(last = stop.Name);
            wrong.AddRange(stop.Wrong);
        }
        if (!expected.SequenceEqual(reached, StringComparer.Ordinal))
            wrong.Add($"K1: Tab reached [{string.Join(", ", reached)}] instead of [{string.Join(", ", expected)}]");
        if (reached.Count == 0 || !reached[0].Contains("skip", StringComparison.Ordinal))
            return [.. wrong, "K3: the first Tab stop is no skip link"];

        await page.EvaluateAsync("() => document.querySelector('a.skip').focus()");
        await page.Keyboard.PressAsync("Enter");
        if (!await page.EvaluateAsync<bool>("() => document.activeElement === document.querySelector('main')"))
            wrong.Add("K3: the skip link does not move the focus to main");
        return wrong;
    }

    /// <summary>F7 to F9: twice the text size, a narrow screen, and spaced text lose nothing and need no sideways scrolling.</summary>
    static async Task<List<string>> Reflow(IPage page, Mode mode)
    {
        var wrong = new List<string>();
        if (mode.Care is null)
        {
            await page.SetViewportSizeAsync(1280, 900);
            wrong.AddRange(await page.EvaluateAsync<string[]>(Script + ".fits", new { rule = "F7", rootSize = "200%" }));
        }
        await page.SetViewportSizeAsync(320, 800);
        wrong.AddRange(await page.EvaluateAsync<string[]>(Script + ".fits", new { rule = "F8" }));
        wrong.AddRange(await page.EvaluateAsync<string[]>(Script + ".fits", new { rule = "F9", spaced = true }));
        await page.SetViewportSizeAsync(mode.Width, mode.Height);
        return wrong;
    }

    sealed record Stop
    {
        public string Name { get; set; } = "";
        public string[] Wrong { get; set; } = [];
    }

    static string ReadScript()
    {
        using var stream = typeof(PageRules).Assembly.GetManifestResourceStream("Rules.js")
            ?? throw new InvalidOperationException("Rules.js is not embedded.");
        using var reader = new StreamReader(stream);
        return "(" + reader.ReadToEnd().Trim().TrimEnd(';') + ")()";
    }
}
