using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class KeyFolderTests
{
    const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "640")]
    [InlineData(UnixFileMode.OtherRead, "604")]
    [InlineData(UnixFileMode.GroupWrite, "620")]
    public void Key_ThatOthersCanRead_StopsTheStartWithItsName(UnixFileMode mode, string octal)
    {
        var folder = TemporaryFolders.New("wide");
        KeyFolder.Require(folder);
        var key = Path.Combine(folder, "keys", "web", "key.xml");
        Directory.CreateDirectory(Path.GetDirectoryName(key)!);
        File.WriteAllText(key, "secret");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        KeyFolder.Require(folder);

        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        var refused = Assert.Throws<UnauthorizedAccessException>(() => KeyFolder.Require(folder));

        Assert.Contains($"{key} can be read by other users of this machine (mode {octal})", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Every file that the bank itself makes there, at its first start and at work.</summary>
    [Fact]
    public async Task Keys_ThatTheBankMakes_AreItsUsersAlone()
    {
        await using var bank = await RunningBank.Start();
        using var person = await bank.SignedIn(Roles.Customer);
        using var evidence = await bank.Browser().GetAsync("/evidence/checkpoint");
        var keys = Path.Combine(bank.Folder, "keys");
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(keys, "web")));
        Assert.All(Directory.EnumerateFileSystemEntries(keys, "*", SearchOption.AllDirectories).Where(File.Exists), file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(keys) & Others);
        KeyFolder.Require(bank.Folder);
    }
}
