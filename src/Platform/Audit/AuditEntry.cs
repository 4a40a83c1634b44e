using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>How an act that is on record ended.</summary>
public enum AuditOutcome
{
    Done = 1,

    /// <summary>Somebody tried, and was not let.</summary>
    Refused = 2,
}

/// <summary>One line of the record of who did what: sign-ins, refusals, changes of roles and keys. Written once, never changed.</summary>
public sealed class AuditEntry
{
    /// <summary>Characters of an action, an actor and a subject.</summary>
    public const int LongestAction = 64, LongestActor = 96, LongestSubject = 200;

    AuditEntry() { }

    /// <summary>Given by the database, rising; gaps are normal.</summary>
    public long Number { get; private init; }

    /// <summary>UTC, whole microseconds.</summary>
    public DateTime At { get; private init; }

    /// <summary>Who: <see cref="Caller.Actor"/>, or "anonymous" for who was not signed in.</summary>
    public string Actor { get; private init; } = "";

    /// <summary>What, as area and verb: "sign-in/password", "person/role-added".</summary>
    public string Action { get; private init; } = "";

    /// <summary>With what: "person/…", "account/…" or a path. Never a name or a number of a person.</summary>
    public string Subject { get; private init; } = "";

    public AuditOutcome Outcome { get; private init; }

    /// <summary>More words, which may hold personal data: sealed at rest. Empty for none.</summary>
    public string Detail { get; private init; } = "";

    internal static AuditEntry Of(string action, string subject, string actor, AuditOutcome outcome, string detail, DateTime now) => new()
    {
        At = now,
        Actor = Short(actor, LongestActor),
        Action = Short(action, LongestAction),
        Subject = Short(subject, LongestSubject),
        Outcome = outcome,
        Detail = detail,
    };

    static string Short(string text, int longest) => text.Length <= longest ? text : text[..longest];
}

/// <summary>How a service puts an act on record.</summary>
public static class AuditExtensions
{
    /// <summary>Puts an act on record in the caller's transaction: nothing is written before <c>SaveChangesAsync</c>.</summary>
    /// <param name="action">Area and verb: "person/role-added".</param>
    /// <param name="subject">What it was done to: "person/…". Never a name or a number of a person.</param>
    /// <param name="actor"><see cref="Caller.Actor"/>, or "anonymous".</param>
    /// <param name="outcome">Whether it was done or refused.</param>
    /// <param name="detail">More words, sealed at rest because they may hold personal data.</param>
    public static void Audit(
        this CityDb db, string action, string subject, string actor, AuditOutcome outcome = AuditOutcome.Done, string detail = "") =>
        db.Add(AuditEntry.Of(action, subject, actor, outcome, detail, db.GetService<TimeProvider>().UtcNow()));

    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<ICityTables, AuditTables>()
        .AddScoped<AuditBook>()
        .AddSingleton(new MenuItem("/operations/audit", "audit.title", 65, Roles.Security, Roles.Auditor));
}

sealed class AuditTables : ICityTables
{
    public string Schema => "audit";

    public void Configure(TableModel model)
    {
        var entry = model.Entity<AuditEntry>("entry");
        entry.HasKey(e => e.Number);
        entry.Property(e => e.Actor).HasMaxLength(AuditEntry.LongestActor);
        entry.Property(e => e.Action).HasMaxLength(AuditEntry.LongestAction);
        entry.Property(e => e.Subject).HasMaxLength(AuditEntry.LongestSubject);
        model.Seal(entry.Property(e => e.Detail));
        entry.HasIndex(e => e.At);
        entry.HasIndex(e => e.Actor);
        entry.HasIndex(e => e.Subject);
    }
}
