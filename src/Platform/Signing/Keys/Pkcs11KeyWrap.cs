using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Pujiang.Platform;

/// <summary>Where secrets are kept (<c>Pujiang:Keys</c>).</summary>
public sealed record KeyOptions
{
    /// <summary>The device that holds the wrapping key; null to keep it in a file.</summary>
    public Pkcs11Options? Pkcs11 { get; init; }
}

/// <summary>A PKCS#11 device (<c>Pujiang:Keys:Pkcs11</c>).</summary>
public sealed record Pkcs11Options
{
    /// <summary>Path of the device's library, such as /usr/lib/softhsm/libsofthsm2.so.</summary>
    public string Module { get; init; } = "";

    /// <summary>Label of the token, or the number of its slot.</summary>
    public string Slot { get; init; } = "";

    /// <summary>A file whose first line is the user's PIN. A PIN in the settings would be in every process list.</summary>
    public string PinFile { get; init; } = "";

    /// <summary>Label of the AES key in the token; it is made when it is not there.</summary>
    public string KeyLabel { get; init; } = "pujiang-wrapping";
}

/// <summary>Wraps with AES-256-GCM inside a PKCS#11 device: its key can't be read out.</summary>
sealed class Pkcs11KeyWrap : IKeyWrap, IDisposable
{
    const int NonceBytes = 12, TagBits = 128;

    readonly IPkcs11Library _library;
    readonly ISession _session;
    readonly IObjectHandle _key;

    // A session does one thing at a time.
    readonly Lock _one = new();

    // The wrapper asks for "libdl", which distributions without compilers' files have by its full name only.
    static Pkcs11KeyWrap() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, (name, assembly, path) =>
        name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", out var library) ? library : IntPtr.Zero);

    Pkcs11KeyWrap(IPkcs11Library library, ISession session, IObjectHandle key) => (_library, _session, _key) = (library, session, key);

    /// <exception cref="InvalidDataException">Library, token, PIN or key is not as the settings say.</exception>
    public static Pkcs11KeyWrap Open(Pkcs11Options options)
    {
        if (!File.Exists(options.Module)) throw new InvalidDataException($"There is no PKCS#11 library {options.Module} (Pujiang:Keys:Pkcs11:Module).");
        if (!File.Exists(options.PinFile)) throw new InvalidDataException($"There is no file {options.PinFile} with the PIN (Pujiang:Keys:Pkcs11:PinFile).");
        var pin = File.ReadLines(options.PinFile).FirstOrDefault()?.Trim() ?? "";
        var factories = new Pkcs11InteropFactories();
        var library = factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, options.Module, AppType.MultiThreaded);
        try
        {
            var session = SlotOf(library, options.Slot).OpenSession(SessionType.ReadWrite);
            session.Login(CKU.CKU_USER, pin);
            return new Pkcs11KeyWrap(library, session, FindKey(session, options.KeyLabel) ?? MakeKey(session, options.KeyLabel));
        }
        catch (Pkcs11Exception failure)
        {
            library.Dispose();
            throw new InvalidDataException($"The PKCS#11 device refuses {failure.Method} with {failure.RV} (Pujiang:Keys:Pkcs11).", failure);
        }
        catch (InvalidDataException)
        {
            library.Dispose();
            throw;
        }
    }

    static ISlot SlotOf(IPkcs11Library library, string wanted)
    {
        var slots = library.GetSlotList(SlotsType.WithTokenPresent);
        return slots.FirstOrDefault(slot => slot.GetTokenInfo().Label.Trim() == wanted)
            ?? slots.FirstOrDefault(slot => slot.SlotId.ToString(CultureInfo.InvariantCulture) == wanted)
            ?? throw new InvalidDataException(
                $"The PKCS#11 device has no token '{wanted}' (Pujiang:Keys:Pkcs11:Slot). It has: {string.Join(", ", slots.Select(s => s.GetTokenInfo().Label.Trim()))}.");
    }

    static IObjectHandle? FindKey(ISession session, string label)
    {
        var attributes = session.Factories.ObjectAttributeFactory;
        return session.FindAllObjects(
        [
            attributes.Create(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY),
            attributes.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES),
            attributes.Create(CKA.CKA_LABEL, label),
        ]).FirstOrDefault();
    }

    static IObjectHandle MakeKey(ISession session, string label)
    {
        var attributes = session.Factories.ObjectAttributeFactory;
        return session.GenerateKey(session.Factories.MechanismFactory.Create(CKM.CKM_AES_KEY_GEN),
        [
            attributes.Create(CKA.CKA_LABEL, label),
            attributes.Create(CKA.CKA_TOKEN, true),
            attributes.Create(CKA.CKA_PRIVATE, true),
            attributes.Create(CKA.CKA_SENSITIVE, true),
            attributes.Create(CKA.CKA_EXTRACTABLE, false),
            attributes.Create(CKA.CKA_ENCRYPT, true),
            attributes.Create(CKA.CKA_DECRYPT, true),
            attributes.Create(CKA.CKA_VALUE_LEN, 32UL),
        ]);
    }

    public byte[] Wrap(byte[] secret, string purpose)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        lock (_one) return [.. nonce, .. _session.Encrypt(Gcm(nonce, purpose), _key, secret)];
    }

    public byte[] Unwrap(byte[] wrapped, string purpose)
    {
        if (wrapped.Length < NonceBytes + (TagBits / 8)) throw new CryptographicException("A wrapped secret is cut short.");
        try
        {
            lock (_one) return _session.Decrypt(Gcm(wrapped[..NonceBytes], purpose), _key, wrapped[NonceBytes..]);
        }
        catch (Pkcs11Exception failure)
        {
            throw new CryptographicException("The PKCS#11 device can't unwrap a secret: it was changed, or another key wrapped it.", failure);
        }
    }

    IMechanism Gcm(byte[] nonce, string purpose) => _session.Factories.MechanismFactory.Create(CKM.CKM_AES_GCM,
        _session.Factories.MechanismParamsFactory.CreateCkGcmParams(nonce, NonceBytes * 8, Encoding.UTF8.GetBytes(purpose), TagBits));

    public void Dispose()
    {
        _session.Dispose();
        _library.Dispose();
    }
}
