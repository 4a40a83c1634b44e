using System.Xml.Linq;

namespace Pujiang.Services.Tests;

/// <summary>A project uses only the floors below it, and services never each other (docs/architecture.md).</summary>
public sealed class FloorTests
{
    /// <summary>From the ground up. Projects of one floor are strangers to each other.</summary>
    static readonly string[][] Floors =
    [
        ["Ledger"],
        ["Ledger.Simulator", "Ledger.Formats"],
        ["Platform"],
        ["Accounts"],
        ["Migrations.Sqlite", "Migrations.PostgreSql"],
        ["Web", "Cli", "City"],
    ];

    static int FloorOf(string project) => Array.FindIndex(Floors, floor => floor.Contains(project, StringComparer.Ordinal));

    /// <summary>What is wrong with the references, each as a sentence.</summary>
    static IEnumerable<string> Faults(IReadOnlyDictionary<string, XElement> projects)
    {
        foreach (var (name, project) in projects)
        {
            if (FloorOf(name) < 0) yield return $"{name} stands on no floor.";
            foreach (var used in References(project))
                if (FloorOf(used) < 0 || FloorOf(used) >= FloorOf(name)) yield return $"{name} uses {used}, which is not below it.";
            // The city is outside: it shares the parts of pages with the bank, and nothing that the bank holds.
            if (name == "City" && References(project).Any(used => used != "Platform")) yield return "City uses more than Platform.";
            // The simulator uses the ledger too, and nothing else.
            string[] foreign = name == "Ledger" ? ["PackageReference", "ProjectReference", "FrameworkReference", "Reference"] : ["PackageReference", "FrameworkReference", "Reference"];
            if (name is "Ledger" or "Ledger.Simulator" && project.Descendants().Any(e => foreign.Contains(e.Name.LocalName, StringComparer.Ordinal)))
                yield return $"{name} uses more than the base class library.";
        }
    }

    static IEnumerable<string> References(XElement project) =>
        project.Descendants().Where(e => e.Name.LocalName == "ProjectReference")
            .Select(e => Path.GetFileNameWithoutExtension(((string?)e.Attribute("Include") ?? "").Replace('\\', '/')));

    static Dictionary<string, XElement> Projects() =>
        Directory.EnumerateFiles(Path.Combine(TestData.Root(), "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), XElement.Load, StringComparer.Ordinal);

    [Fact]
    public void References_OfEveryProject_LeadDownwards()
    {
        var projects = Projects();
        Assert.All((string[])["Ledger", "Ledger.Simulator", "Ledger.Formats", "Platform", "Accounts", "Web", "Cli", "City"], name => Assert.Contains(name, projects.Keys));
        Assert.Empty(Faults(projects));
    }

    [Fact]
    public void Packages_OfTheHouse_AreSharedByNoOtherWay()
    {
        // A file that every project gets could bring a reference past the check above.
        var shared = XElement.Load(Path.Combine(TestData.Root(), "Directory.Build.props"));
        Assert.Empty(References(shared));
        Assert.All(
            shared.Descendants().Where(e => e.Name.LocalName == "PackageReference"),
            package => Assert.Equal("all", (string?)package.Attribute("PrivateAssets")));
    }

    // A test of architecture that nobody has seen fail proves nothing.
    [Theory]
    [InlineData("Ledger", "../Platform/Platform.csproj", "Ledger uses Platform, which is not below it.")]
    [InlineData("Ledger", "../Ledger.Simulator/Ledger.Simulator.csproj", "Ledger uses Ledger.Simulator, which is not below it.")]
    [InlineData("Ledger.Simulator", "../Platform/Platform.csproj", "Ledger.Simulator uses Platform, which is not below it.")]
    [InlineData("Ledger.Formats", "../Platform/Platform.csproj", "Ledger.Formats uses Platform, which is not below it.")]
    [InlineData("Platform", "../Accounts/Accounts.csproj", "Platform uses Accounts, which is not below it.")]
    [InlineData("Accounts", "..\\Web\\Web.csproj", "Accounts uses Web, which is not below it.")]
    [InlineData("Cli", "../Web/Web.csproj", "Cli uses Web, which is not below it.")]
    [InlineData("Web", "../City/City.csproj", "Web uses City, which is not below it.")]
    [InlineData("City", "../Accounts/Accounts.csproj", "City uses more than Platform.")]
    [InlineData("Web", "../Web/Web.csproj", "Web uses Web, which is not below it.")]
    [InlineData("Accounts", "../Lending/Lending.csproj", "Accounts uses Lending, which is not below it.")]
    [InlineData("Lending", "../Ledger/Ledger.csproj", "Lending stands on no floor.")]
    public void Faults_OfAReferenceUpwards_AreFound(string project, string reference, string fault)
    {
        var bad = Project(new XElement("ProjectReference", new XAttribute("Include", reference)));
        Assert.Contains(fault, Faults(new Dictionary<string, XElement>(StringComparer.Ordinal) { [project] = bad }));
    }

    [Theory]
    [InlineData("Ledger", "PackageReference")]
    [InlineData("Ledger", "FrameworkReference")]
    [InlineData("Ledger", "Reference")]
    [InlineData("Ledger.Simulator", "PackageReference")]
    public void Faults_OfALedgerWithAPackage_AreFound(string project, string kind)
    {
        var bad = Project(new XElement(kind, new XAttribute("Include", "Anything")));
        Assert.Equal([$"{project} uses more than the base class library."], Faults(new Dictionary<string, XElement>(StringComparer.Ordinal) { [project] = bad }));
    }

    [Fact]
    public void Faults_OfReferencesDownwards_AreNone()
    {
        var good = Project(new XElement("ProjectReference", new XAttribute("Include", "../Ledger/Ledger.csproj")));
        Assert.Empty(Faults(new Dictionary<string, XElement>(StringComparer.Ordinal) { ["Accounts"] = good, ["Web"] = good }));
    }

    static XElement Project(XElement reference) => new("Project", new XElement("ItemGroup", reference));
}
