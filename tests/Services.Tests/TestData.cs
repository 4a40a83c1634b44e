namespace Pujiang.Services.Tests;

/// <summary>The folder of public reference data: PUJIANG_DATA, else ../shared/data beside the repository.</summary>
/// <remarks>Theory data is listed before tests run, so a missing folder yields one case named <see cref="Missing"/> that skips itself.</remarks>
static class TestData
{
    public const string Missing = "(data folder missing)";

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("PUJIANG_DATA") is { Length: > 0 } named
            ? named : Path.GetFullPath(Path.Combine(Root(), "..", "shared", "data"));

    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Skips the running test unless the data folder has this file or folder.</summary>
    public static string Require(params string[] parts)
    {
        var path = PathOf(parts);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"No {Path.Combine(parts)} in {Folder}.");
        return path;
    }

    /// <summary>The repository: the nearest folder above the test program that holds Pujiang.slnx.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pujiang.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? Directory.GetCurrentDirectory();
    }
}
