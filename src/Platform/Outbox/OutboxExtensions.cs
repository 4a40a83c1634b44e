using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Pujiang.Platform;

/// <summary>How a service sends something to the outside.</summary>
public static class OutboxExtensions
{
    /// <summary>
    /// Sends a message in the caller's transaction: when the change is saved the message goes out, at least once and soon; when
    /// it is not saved, it never does. Nothing is written before <c>SaveChangesAsync</c>.
    /// </summary>
    /// <remarks>
    /// Messages to one destination with one reference arrive in the order in which they were saved, except those of
    /// transactions that ran at the same time, which have no order. The body is sealed at rest.
    /// </remarks>
    /// <param name="destination">A destination's name: "sms". One that is not set up yet keeps its messages waiting.</param>
    /// <param name="kind">What it tells, for the receiver: "transfer.posted". 1 to 64 printable ASCII characters, no space.</param>
    /// <param name="reference">
    /// What it is about: "accounts/transfer/…". 1 to 200 printable ASCII characters, no space. Staff see it, so it never holds
    /// a name or a number of a person.
    /// </param>
    /// <param name="body">What is sent, byte for byte.</param>
    /// <param name="id">
    /// The message's id; a new one unless it is given. Whoever may do the same work twice gives one made from the fact.
    /// </param>
    /// <returns>The message's id, by which the receiver keeps it once.</returns>
    /// <exception cref="ArgumentException">Kind or reference is not as said above.</exception>
    public static Guid Send(
        this CityDb db, string destination, string kind, string reference, byte[] body, Guid? id = null, string contentType = "application/json")
    {
        var message = OutboxMessage.Of(
            id ?? db.GetService<NewId>().Next(), destination, kind, reference, body, contentType, db.GetService<TimeProvider>().UtcNow());
        db.Add(message);
        return message.Id;
    }
}
