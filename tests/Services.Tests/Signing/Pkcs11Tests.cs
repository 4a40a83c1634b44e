using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A wrapping key in a PKCS#11 device, with SoftHSM as the device.</summary>
public sealed partial class Pkcs11Tests : IDisposable
{
    const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    const string Pin = "135790";

    readonly string _folder = TemporaryFolders.New("keys");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The library reads its settings once in the life of a process.
    static readonly Lazy<string> Device = new(() =>
    {
        Assert.SkipUnless(File.Exists(Module), $"SoftHSM is not installed: there is no {Module}.");
        var folder = TemporaryFolders.New("softhsm");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        var settings = Path.Combine(folder, "softhsm2.conf");
        File.WriteAllText(settings, $"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n");
        // .NET's own variables are not seen by native code.
        Assert.Equal(0, SetVariable("SOFTHSM2_CONF", settings, 1));
        foreach (var label in (string[])["pujiang", "other"])
        {
            var start = new ProcessStartInfo("softhsm2-util", ["--init-token", "--free", "--label", label, "--pin", Pin, "--so-pin", "24680"]) { RedirectStandardOutput = true, UseShellExecute = false };
            start.Environment["SOFTHSM2_CONF"] = settings;
            using var tool = Process.Start(start)!;
            tool.WaitForExit();
            Assert.Equal(0, tool.ExitCode);
        }
        File.WriteAllText(Path.Combine(folder, "pin"), Pin + "\n");
        File.WriteAllText(Path.Combine(folder, "wrong-pin"), "000000\n");
        return folder;
    });

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    static PlatformOptions Options(string folder, string token = "pujiang", string pin = "pin") => new()
    {
        DataFolder = folder,
        Keys = new KeyOptions { Pkcs11 = new Pkcs11Options { Module = Module, Slot = token, PinFile = Path.Combine(Device.Value, pin) } },
    };

    [Fact]
    public void Secret_SealedByTheDevice_OpensAfterARestart_AndForItsPurposeAlone()
    {
        var options = Options(_folder);
        var secret = RandomNumberGenerator.GetBytes(32);
        byte[] sealedSecret;
        using (var seal = KeySeal.Open(options)) sealedSecret = seal.Seal(secret, "purpose");
        Assert.False(File.Exists(Path.Combine(options.DataFolder, "keys", "wrapping.key")));
        using var again = KeySeal.Open(options);
        Assert.Equal(secret, again.Unseal(sealedSecret, "purpose"));
        Assert.ThrowsAny<CryptographicException>(() => again.Unseal(sealedSecret, "other purpose"));
        sealedSecret[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => again.Unseal(sealedSecret, "purpose"));
    }

    [Fact]
    public void Secret_SealedByOneToken_IsNotOpenedByAnother_NorWithoutADevice()
    {
        var options = Options(_folder);
        byte[] sealedSecret;
        using (var seal = KeySeal.Open(options)) sealedSecret = seal.Seal([1, 2, 3], "purpose");
        using (var other = KeySeal.Open(Options(options.DataFolder, token: "other")))
            Assert.ThrowsAny<CryptographicException>(() => other.Unseal(sealedSecret, "purpose"));
        using var without = KeySeal.Open(new PlatformOptions { DataFolder = options.DataFolder });
        var refused = Assert.Throws<CryptographicException>(() => without.Unseal(sealedSecret, "purpose"));
        Assert.Contains("Pujiang:Keys:Pkcs11", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_SealedWithAFile_OpensWhenADeviceComes_AndIsSealedAnew()
    {
        var options = Options(_folder);
        byte[] old;
        using (var before = KeySeal.Open(new PlatformOptions { DataFolder = options.DataFolder })) old = before.Seal([4, 5], "purpose");
        using var after = KeySeal.Open(options);
        Assert.True(after.IsOld(old));
        Assert.Equal([4, 5], after.Unseal(old, "purpose"));
        Assert.False(after.IsOld(after.Seal([4, 5], "purpose")));
    }

    [Fact]
    public void RingOfPersonalData_IsWrappedByTheDevice()
    {
        var options = Options(_folder);
        var name = PersonalData.Open(options.KeyRing).Seal("王小明");
        Assert.Equal((byte)'{', File.ReadAllBytes(options.KeyRing)[0]);
        using (var seal = KeySeal.Open(options))
        {
            Assert.Equal("王小明", PersonalData.Open(options.KeyRing, seal).Open(name));
            Assert.NotEqual((byte)'{', File.ReadAllBytes(options.KeyRing)[0]);
            Assert.Equal("王小明", PersonalData.Open(options.KeyRing, seal).Open(name));
        }
        Assert.Throws<InvalidDataException>(() => PersonalData.Open(options.KeyRing));
    }

    [Theory]
    [InlineData("no-such-token", "pin", "no token 'no-such-token'")]
    [InlineData("pujiang", "wrong-pin", "CKR_PIN_INCORRECT")]
    [InlineData("pujiang", "no-file", "PinFile")]
    public void Device_NotAsTheSettingsSay_IsRefusedWithTheReason(string token, string pin, string reason)
    {
        var refused = Assert.Throws<InvalidDataException>(() => KeySeal.Open(Options(_folder, token, pin)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }
}
