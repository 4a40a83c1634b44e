using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>An assembly that has pages and, embedded, their texts (<c>Resources/ui.*.json</c>).</summary>
public sealed record PagesAssembly(Assembly Assembly);

/// <summary>A page that a service offers in the menu of those who are signed in.</summary>
/// <param name="Order">Smaller first; steps of ten leave room.</param>
/// <param name="Roles">Who sees it; empty for everybody.</param>
public sealed record MenuItem(string Href, string TextKey, int Order, params IReadOnlyList<string> Roles);

/// <summary>A part of the home page that a service brings for those who are signed in.</summary>
/// <param name="Component">Takes no parameters.</param>
/// <param name="Order">Smaller first; steps of ten leave room.</param>
/// <param name="Roles">Who sees it; empty for everybody.</param>
public sealed record HomePart(Type Component, int Order, params IReadOnlyList<string> Roles);

/// <summary>The languages of the pages.</summary>
public static class Languages
{
    public const string Chinese = "zh-CN", English = "en";

    public static IReadOnlyList<string> All { get; } = [Chinese, English];

    /// <summary>The language of this request's page. Formats do not follow it: dates and amounts look the same in both.</summary>
    public static string Current => CultureInfo.CurrentUICulture.Name.StartsWith(English, StringComparison.Ordinal) ? English : Chinese;
}

/// <summary>A name that exists in both languages, such as a demo person's or a product's.</summary>
public sealed record Bilingual(string Chinese, string English)
{
    /// <summary>In the language of the page.</summary>
    public string Here => Languages.Current == Languages.English ? English : Chinese;
}

/// <summary>The texts of all pages in the page's language, from the JSON files that each assembly embeds.</summary>
/// <remarks>Keys begin with the service ("accounts.transfer.title"), so that two services can't mean the same key.</remarks>
public sealed class Texts : IStringLocalizer
{
    readonly FrozenDictionary<string, FrozenDictionary<string, string>> _byLanguage;

    public Texts(IEnumerable<PagesAssembly> pages)
    {
        var assemblies = pages.Select(p => p.Assembly).Distinct().ToList();
        _byLanguage = Languages.All.ToFrozenDictionary(
            language => language, language => Load(assemblies, language), StringComparer.Ordinal);
    }

    public LocalizedString this[string name] => Find(name, []);

    public LocalizedString this[string name, params object[] arguments] => Find(name, arguments);

    /// <summary>A text in a named language, for the few places that speak both.</summary>
    public string In(string language, string name) => _byLanguage[language].GetValueOrDefault(name, $"⟦{name}⟧");

    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) =>
        _byLanguage[Languages.Current].Select(text => new LocalizedString(text.Key, text.Value));

    LocalizedString Find(string name, object[] arguments)
    {
        // A missing text shows its key, marked so that the browser tests find it on any page.
        if (!_byLanguage[Languages.Current].TryGetValue(name, out var text))
            return new LocalizedString(name, $"⟦{name}⟧", resourceNotFound: true);
        return new LocalizedString(
            name, arguments.Length == 0 ? text : string.Format(CultureInfo.InvariantCulture, text, arguments));
    }

    static FrozenDictionary<string, string> Load(IEnumerable<Assembly> assemblies, string language)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assembly in assemblies)
        {
            using var file = assembly.GetManifestResourceStream($"ui.{language}.json");
            if (file is null) continue;
            foreach (var (key, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(file) ?? [])
                if (!texts.TryAdd(key, text))
                    throw new InvalidOperationException($"Two assemblies define the text '{key}'; the second is {assembly.GetName().Name}.");
        }
        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>One table for all types: pages of different services share words.</summary>
sealed class TextsFactory(Texts texts) : IStringLocalizerFactory
{
    public IStringLocalizer Create(Type resourceSource) => texts;

    public IStringLocalizer Create(string baseName, string location) => texts;
}

public static class PagesExtensions
{
    /// <summary>Tells the host that this assembly has routable components and texts.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, Assembly assembly) =>
        services.AddSingleton(new PagesAssembly(assembly));

    /// <summary>What every page needs: texts in two languages. The host calls it once.</summary>
    public static IServiceCollection AddTexts(this IServiceCollection services)
    {
        services.AddPages(typeof(Texts).Assembly);
        services.AddSingleton<Texts>();
        services.AddSingleton<IStringLocalizer>(provider => provider.GetRequiredService<Texts>());
        services.AddSingleton<IStringLocalizerFactory, TextsFactory>();
        return services;
    }
}
