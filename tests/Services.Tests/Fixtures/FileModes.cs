namespace Pujiang.Services.Tests;

static class FileModes
{
    /// <summary>Nobody but its owner may read or write the file or folder. (Windows keeps that in another way, which the bank does not set.)</summary>
    public static bool IsForOwnerOnly(string path) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path)
        & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) == UnixFileMode.None;
}
