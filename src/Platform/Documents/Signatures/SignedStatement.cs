using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pujiang.Platform;

/// <summary>What a signer means by signing.</summary>
public enum SigningIntent
{
    /// <summary>Agrees to what it says.</summary>
    Agree = 1,

    /// <summary>Has received and read it.</summary>
    Acknowledge,

    /// <summary>Vouches that what it says is true.</summary>
    Confirm,
}

/// <summary>What a signer signs: this document, by its hash, who, why and when. One line of JSON whose keys are in order.</summary>
/// <param name="Name">File name of the document.</param>
/// <param name="Sha256">Of the document, lower-case hexadecimal digits.</param>
/// <param name="Bytes">Of the document.</param>
/// <param name="Signer">"user/…", "partner/…" or "bank".</param>
/// <param name="SignedAt">UTC, when the statement was made; whole seconds.</param>
public sealed record SignedStatement(
    Guid Document, string Name, string Sha256, long Bytes, string Signer, string SignerName, SigningIntent Intent, DateTime SignedAt)
{
    /// <summary>Keeps what is signed here apart from anything else that the same key may sign.</summary>
    public const string Purpose = "pujiang-document-signature/1";

    const string Time = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public override string ToString() => Platform.Document.Readable(new(StringComparer.Ordinal)
    {
        ["bytes"] = Bytes.ToString(CultureInfo.InvariantCulture),
        ["document"] = $"{Document}",
        ["intent"] = $"{Intent}",
        ["name"] = Name,
        ["purpose"] = Purpose,
        ["sha256"] = Sha256,
        ["signed_at"] = SignedAt.ToString(Time, CultureInfo.InvariantCulture),
        ["signer"] = Signer,
        ["signer_name"] = SignerName,
    });

    /// <summary>Reads what <see cref="ToString"/> wrote; null for any other text, be it only spelled otherwise.</summary>
    public static SignedStatement? Parse(string text)
    {
        try
        {
            var values = JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [];
            var statement = new SignedStatement(
                Guid.Parse(values["document"]), values["name"], values["sha256"], long.Parse(values["bytes"], CultureInfo.InvariantCulture),
                values["signer"], values["signer_name"], Enum.Parse<SigningIntent>(values["intent"]),
                DateTime.ParseExact(values["signed_at"], Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal));
            return Enum.IsDefined(statement.Intent) && statement.ToString() == text ? statement : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What a passkey is asked: the SHA-256 of the statement, which holds the document's hash and the purpose.</summary>
    public byte[] Challenge() => ChallengeOf(ToString());

    internal static byte[] ChallengeOf(string statement) => SHA256.HashData(Encoding.UTF8.GetBytes(statement));
}
