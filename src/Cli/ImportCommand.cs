using System.CommandLine;
using System.Globalization;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Brings a version of a sanctions list into the bank.</summary>
static class ImportCommand
{
    /// <summary>It lost many entries: two people of compliance have to look first.</summary>
    const int Waits = 2;

    static readonly Argument<string> From = new("FILE") { Description = "UN consolidated XML, OFAC sdn.csv, a ZIP of OFAC's files, or a folder with them" };
    static readonly Option<DateOnly?> Published = new("--published") { Description = "The day of the list, where neither file nor name tells it", HelpName = "YYYY-MM-DD" };

    public static Command Make()
    {
        var import = new Command("import", "Import a sanctions list into the bank; it is in force at once. Exit code 2: it waits, because it lost many entries")
        {
            From, Published, Settings.Data, Settings.ServerUrl,
        };
        import.SetAction(Run);
        return import;
    }

    static async Task<int> Run(ParseResult parsed, CancellationToken cancel)
    {
        var path = parsed.GetValue(From)!;
        var (name, content) = Read(path);
        await using var bank = await Bank.Open(Settings.From(parsed, parsed.GetValue(Settings.ServerUrl)), create: false, cancel);
        if (!(await bank.ImportList(name, content, parsed.GetValue(Published), cancel)).Try(out var version, out var refusal)) throw new CommandFailed(refusal);
        var day = version.PublishedOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "an unknown day";
        Console.WriteLine($"{version.List} of {day}: {version.Entries:N0} entries, {version.Names:N0} names, SHA-256 {version.Hash}");
        if (version.EntriesBefore > 0) Console.WriteLine($"{version.Added:N0} added, {version.Removed:N0} removed, {version.Changed:N0} changed");
        Console.WriteLine(version.State == ListState.Waiting
            ? $"It waits: it has {version.Entries:N0} entries instead of {version.EntriesBefore:N0}. Compliance decides at /screening/lists/{version.Id}."
            : "In force.");
        return version.State == ListState.Waiting ? Waits : 0;
    }

    /// <summary>The files of a folder go as one ZIP file under its name, in which a day may stand.</summary>
    static (string Name, byte[] Content) Read(string path)
    {
        if (!Directory.Exists(path))
        {
            using var stream = NamedFile.Open(path);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return (Path.GetFileName(path), copy.ToArray());
        }
        var files = Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file).ToUpperInvariant() is ".CSV" or ".XML")
            .Select(file => new ListFile(Path.GetFileName(file), File.ReadAllBytes(file))).ToList();
        if (files.Count == 0) throw new CommandFailed($"There is neither a CSV nor an XML file in {path}.");
        return (Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))), files is [var only] ? only.Content : ListPackage.Pack(files));
    }
}
