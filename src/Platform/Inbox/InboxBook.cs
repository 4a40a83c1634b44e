using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What partners sent, for staff: everything but the messages themselves, which name people.</summary>
public sealed class InboxBook(CityDb db)
{
    /// <summary>Which messages; null for all.</summary>
    /// <param name="From">First business date of receipt.</param>
    /// <param name="Until">Last one.</param>
    public sealed record Filter(InboxState? State = null, string? Sender = null, string? Kind = null, DateOnly? From = null, DateOnly? Until = null);

    public sealed record Line(
        Guid Id, string Sender, string MessageId, string Kind, string Subject, DateTime ReceivedAt, InboxState State, string RefusalCode, int Repeats);

    /// <param name="Number">From 1.</param>
    public sealed record Page(IReadOnlyList<Line> Lines, int Number, int Pages, int Count);

    /// <param name="BodySha256">SHA-256 of the body in small hexadecimal digits, to compare with the sender's.</param>
    public sealed record Detail(Line Line, DateTime SentAt, string KeyId, int BodyBytes, string BodySha256);

    public async Task<Page> List(Filter filter, int page, CancellationToken cancel)
    {
        var found = db.Set<InboxMessage>().AsNoTracking();
        if (filter.State is { } state) found = found.Where(m => m.State == state);
        if (filter.Sender is { Length: > 0 } sender) found = found.Where(m => m.Sender == sender);
        if (filter.Kind is { Length: > 0 } kind) found = found.Where(m => m.Kind == kind);
        if (filter.From is { } from && BankTime.StartOf(from) is var begin) found = found.Where(m => m.ReceivedAt >= begin);
        if (filter.Until is { } until && BankTime.StartOf(until.AddDays(1)) is var end) found = found.Where(m => m.ReceivedAt < end);
        var count = await found.CountAsync(cancel);
        var pages = Math.Max(1, (count + Deliveries.OnAPage - 1) / Deliveries.OnAPage);
        var number = Math.Clamp(page, 1, pages);
        var lines = await found.OrderByDescending(m => m.ReceivedAt).ThenBy(m => m.Id).Skip((number - 1) * Deliveries.OnAPage).Take(Deliveries.OnAPage)
            .Select(m => new Line(m.Id, m.Sender, m.MessageId, m.Kind, m.Subject, m.ReceivedAt, m.State, m.RefusalCode, m.Repeats)).ToListAsync(cancel);
        return new Page(lines, number, pages, count);
    }

    public async Task<Detail?> Find(Guid id, CancellationToken cancel) =>
        await db.Set<InboxMessage>().AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancel) is { } m
            ? new Detail(new Line(m.Id, m.Sender, m.MessageId, m.Kind, m.Subject, m.ReceivedAt, m.State, m.RefusalCode, m.Repeats),
                m.SentAt, m.KeyId, m.Body.Length, Convert.ToHexStringLower(SHA256.HashData(m.Body)))
            : null;
}
