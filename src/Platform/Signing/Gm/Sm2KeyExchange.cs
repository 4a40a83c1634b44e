using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;

namespace Pujiang.Platform;

/// <summary>A key that two sides agreed on, and the hashes by which each proves to the other that it has the same.</summary>
/// <param name="Key">The shared secret.</param>
/// <param name="FromResponder">What the responder sends (S_B) and the initiator compares (S_1); 32 bytes.</param>
/// <param name="FromInitiator">What the initiator sends (S_A) and the responder compares (S_2); 32 bytes.</param>
public sealed record Sm2SharedKey(byte[] Key, byte[] FromResponder, byte[] FromInitiator);

/// <summary>The SM2 key exchange with confirmation (GM/T 0003.3-2012), seen from one of its two sides.</summary>
/// <param name="own">The long-lived key of this side.</param>
/// <param name="ownOnce">The key that this side made for this exchange alone.</param>
/// <param name="ownId">The identity of this side.</param>
/// <param name="otherId">The identity of the other side.</param>
public sealed class Sm2KeyExchange(Sm2PrivateKey own, Sm2PrivateKey ownOnce, string ownId = Sm2.DefaultUserId, string otherId = Sm2.DefaultUserId)
{
    /// <summary>The responder agrees first: it has both one-time keys. Send <see cref="Sm2SharedKey.FromResponder"/>.</summary>
    /// <param name="keyBytes">Length of the key wanted.</param>
    public Sm2SharedKey Respond(Sm2PublicKey other, Sm2PublicKey otherOnce, int keyBytes)
    {
        var parts = Exchange(initiator: false).CalculateKeyWithConfirmation(keyBytes * 8, null, Their(other, otherOnce));
        return new Sm2SharedKey(parts[0], parts[1], parts[2]);
    }

    /// <summary>The initiator agrees second: null when what the responder sent shows that it has another key.</summary>
    public Sm2SharedKey? Complete(Sm2PublicKey other, Sm2PublicKey otherOnce, int keyBytes, byte[] fromResponder)
    {
        try
        {
            var parts = Exchange(initiator: true).CalculateKeyWithConfirmation(keyBytes * 8, fromResponder, Their(other, otherOnce));
            return new Sm2SharedKey(parts[0], fromResponder, parts[1]);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    SM2KeyExchange Exchange(bool initiator)
    {
        var exchange = new SM2KeyExchange();
        exchange.Init(new ParametersWithID(
            new SM2KeyExchangePrivateParameters(initiator, own.Parameters, ownOnce.Parameters), Sm2.UserId(ownId)));
        return exchange;
    }

    ParametersWithID Their(Sm2PublicKey other, Sm2PublicKey otherOnce) =>
        new(new SM2KeyExchangePublicParameters(other.Parameters, otherOnce.Parameters), Sm2.UserId(otherId));
}
