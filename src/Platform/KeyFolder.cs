namespace Pujiang.Platform;

/// <summary>The folder of all secrets, <c>keys</c> in the data folder.</summary>
public static class KeyFolder
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode Readers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Makes the folder for this user alone, and refuses keys that others can read: nobody knows who has done so.</summary>
    /// <exception cref="UnauthorizedAccessException">Names the file, and what to do.</exception>
    public static void Require(string dataFolder)
    {
        var folder = Path.GetFullPath(Path.Combine(dataFolder, "keys"));
        if (OperatingSystem.IsWindows())
        {
            // There the folder's access list is the administrator's.
            Directory.CreateDirectory(folder);
            return;
        }
        Directory.CreateDirectory(folder, Owner);
        foreach (var inside in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Prepend(folder)) File.SetUnixFileMode(inside, Owner);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // The public keys of others are no secret, but nobody else shall change them.
            var allowed = file.EndsWith(".pub", StringComparison.Ordinal) ? Owner | Readers : Owner;
            var mode = File.GetUnixFileMode(file);
            if ((mode & ~allowed) == UnixFileMode.None) continue;
            throw new UnauthorizedAccessException(
                $"The key {file} can be read or changed by other users of this machine (mode {Convert.ToString((int)mode, 8)}). Close it (chmod -R go= {folder}); if somebody may have read it, replace it.");
        }
    }
}
