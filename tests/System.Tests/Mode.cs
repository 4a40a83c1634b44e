using Microsoft.Playwright;

namespace Pujiang.System.Tests;

/// <summary>How a page is looked at: language, screen, text size, colours. Named, so that a failing test says which.</summary>
public sealed record Mode(string Language, int Width, int Height, string? Care = null, bool Dark = false)
{
    static readonly (string Name, Mode Mode)[] Named =
    [
        ("zh-phone", new("zh-CN", 390, 844)),
        ("zh-desktop", new("zh-CN", 1280, 900)),
        ("zh-care", new("zh-CN", 390, 844, Care: "large")),
        ("zh-care-extra", new("zh-CN", 1280, 900, Care: "extra-large")),
        ("zh-dark", new("zh-CN", 390, 844, Dark: true)),
        ("en-phone", new("en", 390, 844)),
        ("en-desktop", new("en", 1280, 900)),
        ("en-care", new("en", 1280, 900, Care: "large")),
        ("en-care-dark", new("en", 390, 844, Care: "large", Dark: true)),
    ];

    public static IEnumerable<string> Names => Named.Select(m => m.Name);

    public static Mode Of(string name) => Named.Single(m => m.Name == name).Mode;

    public bool IsChinese => Language == "zh-CN";

    internal BrowserNewContextOptions Options(bool scripts) => new()
    {
        ViewportSize = new ViewportSize { Width = Width, Height = Height },
        Locale = Language,
        ColorScheme = Dark ? ColorScheme.Dark : ColorScheme.Light,
        ReducedMotion = ReducedMotion.Reduce,
        JavaScriptEnabled = scripts,
    };
}
