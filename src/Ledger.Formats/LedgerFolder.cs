namespace Pujiang.Ledger.Formats;

/// <summary>A ledger's folder as a whole.</summary>
public static class LedgerFolder
{
    /// <summary>Whether a ledger is in this folder.</summary>
    public static bool IsLedger(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "journal-*").Any();

    internal static void RequireEmpty(string folder)
    {
        if (File.Exists(folder)) throw new IOException($"{folder} is a file, not a folder.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{folder} has files in it, but no ledger; name an empty folder, a new one, or a ledger.");
    }

    /// <summary>A folder beside this one that is not there; left over from an interrupted import, it goes.</summary>
    internal static string Scratch(string folder, string purpose)
    {
        var scratch = $"{folder}.{purpose}";
        Delete(scratch);
        return scratch;
    }

    internal static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Copies a ledger that nobody has open.</summary>
    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            if (Path.GetFileName(file) != "lock") File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
