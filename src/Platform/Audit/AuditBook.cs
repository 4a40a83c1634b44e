using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>What of the record is asked for. Empty and null ask for all.</summary>
/// <param name="Actor">Exactly this <see cref="Caller.Actor"/>.</param>
/// <param name="Action">Begins so: "sign-in", "person/role-added".</param>
/// <param name="Subject">Begins so: "person/…".</param>
/// <param name="From">First business day.</param>
/// <param name="To">Last business day.</param>
public sealed record AuditQuery(string? Actor, string? Action, string? Subject, DateOnly? From, DateOnly? To, AuditOutcome? Outcome);

/// <summary>A line of the record, as it is shown.</summary>
public sealed record AuditLine(long Number, DateTime At, string Actor, string Action, string Subject, AuditOutcome Outcome, string Detail);

/// <summary>Looks things up in the record of who did what.</summary>
public sealed class AuditBook(CityDb db)
{
    /// <summary>Lines of a page.</summary>
    public const int LinesOnAPage = 50;

    /// <summary>One more page is told of than was read, so that a record of years is never counted.</summary>
    public sealed record Page(IReadOnlyList<AuditLine> Lines, int Number, bool HasMore);

    /// <summary>The newest first.</summary>
    /// <param name="page">From 1.</param>
    public async Task<Page> Find(AuditQuery query, int page, CancellationToken cancel)
    {
        page = Math.Clamp(page, 1, int.MaxValue / LinesOnAPage);
        var lines = await Filtered(query).OrderByDescending(entry => entry.Number)
            .Skip((page - 1) * LinesOnAPage).Take(LinesOnAPage + 1).ToListAsync(cancel);
        return new Page(
            [.. lines.Take(LinesOnAPage).Select(e => new AuditLine(e.Number, e.At, e.Actor, e.Action, e.Subject, e.Outcome, e.Detail))], page, lines.Count > LinesOnAPage);
    }

    IQueryable<AuditEntry> Filtered(AuditQuery query)
    {
        IQueryable<AuditEntry> entries = db.Set<AuditEntry>().AsNoTracking();
        if (Text(query.Actor) is { } actor) entries = entries.Where(entry => entry.Actor == actor);
        if (Text(query.Action) is { } action) entries = entries.Where(entry => entry.Action.StartsWith(action));
        if (Text(query.Subject) is { } subject) entries = entries.Where(entry => entry.Subject.StartsWith(subject));
        if (query.Outcome is { } outcome) entries = entries.Where(entry => entry.Outcome == outcome);
        if (query.From is { } from && BankTime.StartOf(from) is var first) entries = entries.Where(entry => entry.At >= first);
        if (query.To is { } to && BankTime.StartOf(to.AddDays(1)) is var after) entries = entries.Where(entry => entry.At < after);
        return entries;
    }

    static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
