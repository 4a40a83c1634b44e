using System.Text.Json;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>The manifest of the public messages: one case per file.</summary>
static class Vectors
{
    public static readonly Iso20022Options WithSchemas = new() { Schemas = TestData.PathOf("iso20022", "xsd") };

    static readonly Lazy<Dictionary<string, JsonElement>> Cases = new(() =>
        JsonDocument.Parse(File.ReadAllText(TestData.PathOf("iso20022", "manifest.json"))).RootElement.EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("file").GetString()!, StringComparer.Ordinal));

    /// <summary>Names of the files that have a property; one name for "nothing there" when the folder is missing.</summary>
    public static IEnumerable<TheoryDataRow<string>> Files(Func<JsonElement, bool> wanted) =>
        File.Exists(TestData.PathOf("iso20022", "manifest.json"))
            ? Cases.Value.Where(pair => wanted(pair.Value)).Select(pair => new TheoryDataRow<string>(pair.Key))
            : [new TheoryDataRow<string>(TestData.Missing)];

    public static JsonElement Case(string file)
    {
        Assert.SkipWhen(file == TestData.Missing, $"No iso20022/manifest.json in {TestData.Folder}.");
        return Cases.Value[file];
    }

    public static CheckReport Check(string file, Iso20022Options options)
    {
        using var stream = File.OpenRead(TestData.PathOf("iso20022", file));
        return Iso20022Checker.Check(stream, options);
    }

    public static string Category(JsonElement entry) => entry.GetProperty("category").GetString()!;

    public static string Show(IEnumerable<Finding> findings) =>
        string.Join("\n", findings.Select(f => $"  {f.Severity} {f.Code} {f.Path} (line {f.Line}) '{f.Value}': {f.Expected}"));
}
