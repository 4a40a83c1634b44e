using System.Security.Cryptography;
using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class KeyRingTests : IDisposable
{
    const string Name = "阿卜杜热合曼·艾合买提 \U0001F600";
    static readonly Guid Fact = NameBasedId.From("test", "fact");
    readonly string _folder = Directory.CreateTempSubdirectory("pujiang-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Ring => Path.Combine(_folder, "keys", "ring.json");

    /// <summary>Adds a key, as the operator does by editing the file.</summary>
    void AddKey(uint id)
    {
        using var ring = JsonDocument.Parse(File.ReadAllText(Ring));
        var keys = ring.RootElement.GetProperty("Keys").EnumerateArray()
            .Select(key => new { Id = key.GetProperty("Id").GetUInt32(), Secret = key.GetProperty("Secret").GetString()! })
            .Append(new { Id = id, Secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) }).ToList();
        File.WriteAllText(Ring, JsonSerializer.Serialize(new { Keys = keys, LookupSecret = ring.RootElement.GetProperty("LookupSecret").GetString() }));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Name)]
    public void SealRepeatably_SameTextOfTheSameFact_IsTheSameBytes(string text)
    {
        var data = PersonalData.Open(Ring);
        Assert.NotEqual(data.Seal(text), data.Seal(text));
        Assert.Equal(text, PersonalData.Open(Ring).Open(data.SealRepeatably(text, Fact)));
        Assert.Equal(data.SealRepeatably(text, Fact), PersonalData.Open(Ring).SealRepeatably(text, Fact));
        Assert.NotEqual(data.SealRepeatably(text, Fact), data.SealRepeatably(text, NameBasedId.From("test", "other")));
    }

    [Fact]
    public void Rotation_ByAddingAKey_SealsWithTheNewestAndOpensTheOld()
    {
        var before = PersonalData.Open(Ring);
        var (old, hash) = (before.Seal(Name), before.Hash("name", Name));
        AddKey(2);
        var after = PersonalData.Open(Ring);
        Assert.Equal(Name, after.Open(old));
        Assert.Equal(hash, after.Hash("name", Name));
        // Key id: bytes 1 to 4, the most significant first.
        Assert.Equal([0, 0, 0, 2], after.Seal(Name)[1..5]);
        Assert.ThrowsAny<CryptographicException>(() => before.Open(after.Seal(Name)));
    }

    [Fact]
    public void Open_NewRing_IsReadableByItsOwnerAlone()
    {
        PersonalData.Open(Ring);
        if (OperatingSystem.IsWindows()) Assert.Skip("File modes are Unix's.");
        else Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Ring));
    }
}
