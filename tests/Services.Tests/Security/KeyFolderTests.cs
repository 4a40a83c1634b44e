using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class KeyFolderTests
{
    [Theory]
    [InlineData("key.xml", UnixFileMode.GroupRead, "640")]
    [InlineData("key.xml", UnixFileMode.OtherRead, "604")]
    [InlineData("key.xml", UnixFileMode.GroupWrite, "620")]
    [InlineData("witness.pub", UnixFileMode.OtherWrite, "602")]
    [InlineData("witness.pub", UnixFileMode.OtherRead, null)]
    public void Key_ThatOthersCanRead_StopsTheStartWithItsName(string name, UnixFileMode mode, string? refused)
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = TemporaryFolders.New("wide");
        KeyFolder.Require(folder);
        var key = Path.Combine(folder, "keys", "web", name);
        Directory.CreateDirectory(Path.GetDirectoryName(key)!);
        File.WriteAllText(key, "secret");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        KeyFolder.Require(folder);

        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        var failure = Record.Exception(() => KeyFolder.Require(folder));

        if (refused is null) Assert.Null(failure);
        else Assert.Contains($"{key} can be read or changed by other users of this machine (mode {refused})", Assert.IsType<UnauthorizedAccessException>(failure).Message, StringComparison.Ordinal);
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
        Assert.All(Directory.EnumerateFiles(keys, "*", SearchOption.AllDirectories), file => Assert.True(FileModes.IsForOwnerOnly(file), file));
        Assert.True(FileModes.IsForOwnerOnly(keys));
        KeyFolder.Require(bank.Folder);
    }
}
