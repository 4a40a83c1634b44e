using System.Xml.Linq;

namespace Pujiang.Services.Tests;

/// <summary>The floors of the house: who may refer to whom. A reference that skips the rule fails here, and so the build.</summary>
public sealed class FloorTests
{
    /// <summary>What each project of src may refer to. A service knows no other service's project unless it stands in this list.</summary>
    static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Ledger"] = [],
        ["Platform"] = ["Ledger"],
        ["Accounts"] = ["Ledger", "Platform"],
        ["Migrations.Sqlite"] = ["Ledger", "Platform", "Accounts"],
        ["Migrations.PostgreSql"] = ["Ledger", "Platform", "Accounts"],
        ["Web"] = ["Ledger", "Platform", "Accounts", "Migrations.Sqlite", "Migrations.PostgreSql"],
        ["Cli"] = ["Ledger", "Platform", "Accounts", "Migrations.Sqlite", "Migrations.PostgreSql"],
    };

    [Fact]
    public void Projects_ReferOnlyDownwards()
    {
        var projects = Directory.EnumerateFiles(Path.Combine(TestData.Root(), "src"), "*.csproj", SearchOption.AllDirectories).ToList();
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Select(NameOf).Order(StringComparer.Ordinal));
        Assert.Empty(projects.SelectMany(path => Broken(NameOf(path), XElement.Load(path))));
    }

    [Fact]
    public void Ledger_UsesTheBaseClassLibraryAlone()
    {
        var project = XElement.Load(Path.Combine(TestData.Root(), "src", "Ledger", "Ledger.csproj"));
        Assert.DoesNotContain(project.Descendants(), e => e.Name.LocalName is "PackageReference" or "FrameworkReference" or "ProjectReference");
    }

    [Fact]
    public void Broken_AReferenceUpwardsOrAcross_IsFound()
    {
        static XElement Project(string reference) => XElement.Parse($"<Project><ItemGroup><ProjectReference Include='../{reference}/{reference}.csproj' /></ItemGroup></Project>");
        Assert.Equal("Platform refers to Accounts", Assert.Single(Broken("Platform", Project("Accounts"))));
        Assert.Equal("Ledger refers to Platform", Assert.Single(Broken("Ledger", Project("Platform"))));
        Assert.Empty(Broken("Accounts", Project("Platform")));
    }

    static IEnumerable<string> Broken(string name, XElement project) =>
        project.Descendants("ProjectReference").Select(reference => NameOf(reference.Attribute("Include")!.Value))
            .Where(to => !Allowed[name].Contains(to, StringComparer.Ordinal)).Select(to => $"{name} refers to {to}");

    static string NameOf(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
}
