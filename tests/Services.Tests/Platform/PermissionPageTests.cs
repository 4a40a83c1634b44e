using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class PermissionPageTests
{
    /// <summary>The page of the table is written anew with PUJIANG_WRITE_DOCS=1.</summary>
    [Fact]
    public void Documentation_IsTheTable()
    {
        var path = Path.Combine(TestData.Root(), "docs", "permissions.md");
        var text = "# Permissions\n\nWritten from the table in the code (`PermissionTable`); what is not here is denied.\n\n| what | with whose data | "
            + string.Join(" | ", Roles.All) + " |\n|---|---|" + string.Concat(Roles.All.Select(_ => ":-:|")) + "\n"
            + string.Concat(PermissionTable.Lines.Select(line => $"| {line.What} | {line.Data} | "
                + string.Join(" | ", Roles.All.Select(role => line.Roles.Contains(role) ? "x" : "")) + " |\n"));
        if (Environment.GetEnvironmentVariable("PUJIANG_WRITE_DOCS") == "1") File.WriteAllText(path, text);
        Assert.Equal(text, File.ReadAllText(path));
    }
}
