using System.Text;

namespace Pujiang.Platform;

/// <summary>A copy of the evidence log while it grows: a checkpoint, and exactly the files of the tree that it signs.</summary>
static class EvidenceCopy
{
    /// <summary>How often a partial tile may vanish, because the log grew past it between checkpoint and copy.</summary>
    const int MostAttempts = 100;

    /// <param name="Checkpoint">The note, or empty when there is no log.</param>
    /// <param name="Files">The files that make the tree.</param>
    public sealed record Copied(string Checkpoint, string Witnessed, long Size, IReadOnlyList<BackupFile> Files);

    /// <param name="copy">Copies one file, by its path below the log's folder.</param>
    public static async Task<Copied> Take(string from, Func<string, Task<BackupFile>> copy)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A witness signs what was published before: its note first, so that it is never ahead.
            var witnessed = Note(Path.Combine(from, "checkpoint.witnessed"));
            var note = Note(Path.Combine(from, "checkpoint"));
            if (note.Length == 0) return new Copied("", "", 0, []);
            if (!Checkpoint.Parse(note).Try(out var checkpoint, out var refusal)) throw new BackupRefusedException($"The evidence log's checkpoint can't be read. {refusal.Reason}");
            try
            {
                var files = new List<BackupFile>();
                // Partial tiles first: they are the ones that go.
                foreach (var path in FilesOf(checkpoint.Size).OrderBy(path => !path.Contains(".p/", StringComparison.Ordinal)).ThenBy(path => path, StringComparer.Ordinal))
                    files.Add(await copy(path));
                return new Copied(note, witnessed, checkpoint.Size, files);
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException && attempt < MostAttempts)
            {
                // The log has a newer checkpoint by now, with newer tiles.
            }
        }
    }

    /// <summary>The tiles and bundles of entries of a tree of this size.</summary>
    public static IEnumerable<string> FilesOf(long size)
    {
        for (var level = TilePath.Entries; TilePath.HashesAt(size, level) > 0; level++)
        {
            var tiles = (TilePath.HashesAt(size, level) + TilePath.FullWidth - 1) / TilePath.FullWidth;
            for (var index = 0L; index < tiles; index++) yield return TilePath.In(size, level, index).ToString();
        }
    }

    static string Note(string path) => EvidenceFolder.ReadFile(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
}
