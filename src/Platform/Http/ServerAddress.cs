namespace Pujiang.Platform;

/// <summary>Where the bank that runs on a data folder answers: a small file there, by which the command line finds it.</summary>
public static class ServerAddress
{
    internal const string FileName = "server.url";

    static string PathIn(string dataFolder) => Path.Combine(dataFolder, FileName);

    /// <param name="urls">The addresses it listens on; "any address" is written as this machine's own.</param>
    public static void Write(string dataFolder, IEnumerable<string> urls)
    {
        if (urls.FirstOrDefault() is not { } url) return;
        foreach (var any in (string[])["://0.0.0.0", "://[::]", "://*", "://+"])
            url = url.Replace(any, "://localhost", StringComparison.Ordinal);
        File.WriteAllText(PathIn(dataFolder), url + "\n");
    }

    /// <summary>The address, or null when no bank has written one. It may be old: the bank may have been killed.</summary>
    public static string? Read(string dataFolder) =>
        File.Exists(PathIn(dataFolder)) ? File.ReadAllText(PathIn(dataFolder)).Trim() : null;

    public static void Clear(string dataFolder) => File.Delete(PathIn(dataFolder));
}
