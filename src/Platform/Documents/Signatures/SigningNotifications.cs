using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>Signers learn that it is their turn. Partners have a list to ask for instead.</summary>
static class SigningNotifications
{
    /// <remarks>The document's name is not passed on: its owner wrote it, and a text that comes from the bank is believed.</remarks>
    public static void TellSigner(this CityDb db, SigningRequest request)
    {
        if (request.PartyId is { } party)
            db.Notify(Recipient.Party(party), NotificationKinds.DocumentToSign, $"{request.Id}", $"/documents/{request.DocumentId}", ("until", request.ExpiresAt));
    }

    /// <summary>Tells those who had to wait for this request, which is answered now.</summary>
    public static async Task TellNextSigners(this CityDb db, SigningRequest answered, DateTime now, CancellationToken cancel)
    {
        var all = await db.Set<SigningRequest>().Where(r => r.DocumentId == answered.DocumentId).ToListAsync(cancel);
        foreach (var next in all.Where(r => r.Step > answered.Step && r.IsItsTurn(all, now))) db.TellSigner(next);
    }
}
