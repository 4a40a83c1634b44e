using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>A version of a list as staff and programs see it.</summary>
/// <param name="PublishedOn">The day of the list; null where nobody told it.</param>
/// <param name="Hash">SHA-256 of what was imported.</param>
/// <param name="EntriesBefore">Of the version that was in force then; 0 for the first.</param>
/// <param name="Approval">The request for approval under which it waits, once somebody asked.</param>
public sealed record ListVersionView(
    Guid Id, string List, DateOnly? PublishedOn, string Hash, int Entries, int Names, int EntriesBefore, int Added, int Removed, int Changed,
    DateTime ImportedAt, string ImportedBy, ListState State, DateTime? InForceAt, Guid? Approval)
{
    internal static ListVersionView Of(ListVersion v) => new(
        v.Id, v.List, v.PublishedOn, v.Hash, v.Entries, v.Names, v.EntriesBefore, v.Added, v.Removed, v.Changed, v.ImportedAt, v.ImportedBy, v.State, v.InForceAt, v.Approval);

    public string EvidenceReference => $"screening/list/{Id}";
}

/// <summary>
/// Takes a version of a sanctions list: the whole of it or nothing. It is in force at once for every name that is asked from then
/// on, unless it lost so many entries that two people have to look first.
/// </summary>
public sealed class ImportList(CityDb db, ScreeningLists lists, ListSwap swap, Approvals approvals, PlatformOptions platform, TimeProvider clock)
{
    /// <param name="Repeated">This very content is in force, or waits, already.</param>
    public sealed record Result(ListVersionView Version, bool Repeated);

    static readonly Refusal Raced =
        new("list_raced", "Another version of this list has come in the same moment. Look at it, and send this one again if it is newer.", "file");

    static readonly Refusal NotWaiting = new("list_not_waiting", "This version does not wait for anybody: it is in force, or a later one is.");

    /// <param name="name">Of the file; a day in it ("ofac-2026-03-02.zip") is taken for the day of the list where nothing else tells it.</param>
    /// <param name="published">The day of the list, where the caller knows it. The UN's list carries its own.</param>
    /// <param name="actor">Who imports: <see cref="Caller.Actor"/>, or "job".</param>
    public async Task<Outcome<Result>> Handle(string name, byte[] content, DateOnly? published, string actor, CancellationToken cancel)
    {
        // Load.
        if (!ListPackage.Open(name, content).Try(out var files, out var refusal)) return refusal;
        if (!SanctionsList.Read(files, published ?? OfacList.DateIn(name)).Try(out var list, out refusal)) return refusal;
        var hash = ListPackage.HashOf(files);
        if (await Known(list.Name, hash, cancel) is { } known) return new Result(known, Repeated: true);
        var head = await db.Set<ListHead>().SingleOrDefaultAsync(h => h.List == list.Name, cancel);
        var current = await lists.Current(db, cancel);
        var before = current.Lists.FirstOrDefault(other => other.Name == list.Name);
        if (head is not null && !current.Versions.Contains(head.VersionId)) return Raced;

        // Decide.
        if (list.AsOf > clock.Today().AddDays(1)) return new Refusal("list_of_future", $"The list is of {Day(list.AsOf)}, a day to come.", "published", Day(list.AsOf));
        if (list.AsOf < before?.AsOf)
            return new Refusal("list_older", $"The list is of {Day(list.AsOf)}, and the one in force of {Day(before.AsOf)} is newer.", "file", Day(list.AsOf), Day(before.AsOf));
        var changes = ListChange.Between(before, list);
        var now = clock.UtcNow();
        var id = NameBasedId.From("platform", "list-version", list.Name, hash, now.ToString("O", CultureInfo.InvariantCulture));
        var version = ListVersion.Of(id, list, before, changes, hash, actor, now);
        db.Add(version);
        db.Add(new ListContent { VersionId = version.Id, Package = ListPackage.Pack(files), Changes = JsonSerializer.Serialize(changes) });
        var waits = version.ShrinksBy(platform.Screening.ShrinkPercent);
        swap.Note(version, waits ? "waits" : "in-force", actor);

        // Save: the row of what is in force changes with it, so that all of it is effective or nothing.
        if (!waits) await swap.PutInForce(version, cancel);
        if (!await Saved(cancel)) return Raced;
        await lists.Current(db, cancel);
        return new Result(ListVersionView.Of(version), Repeated: false);
    }

    static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    async Task<ListVersionView?> Known(string list, string hash, CancellationToken cancel) =>
        await db.Set<ListVersion>().AsNoTracking().Where(v => v.List == list && v.Hash == hash && v.State != ListState.Replaced).FirstOrDefaultAsync(cancel) is { } known
            ? ListVersionView.Of(known) : null;

    async Task<bool> Saved(CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException failure) when (!BackgroundWork.IsOutage(failure))
        {
            db.ChangeTracker.Clear();
            return false;
        }
    }

    /// <summary>Asks another person to put a version in force that lost many entries.</summary>
    public async Task<Outcome<ApprovalView>> AskFor(Guid id, Caller caller, CancellationToken cancel)
    {
        if (await db.Set<ListVersion>().SingleOrDefaultAsync(v => v.Id == id && v.State == ListState.Waiting, cancel) is not { } version) return NotWaiting;
        var key = $"{id}/{await db.Set<Approval>().CountAsync(a => a.Subject == version.Reference, cancel)}";
        if (version.Approval is { } asked && await db.Set<Approval>().AnyAsync(a => a.Id == asked && a.State == ApprovalState.Waiting, cancel))
            return new Refusal("list_asked", "This has been asked for already; somebody else has to decide it.");
        if (!(await approvals.Ask(Request(version), caller, key, cancel)).Try(out var view, out var refusal)) return refusal;
        version.AskedFor(view.Id);
        await db.SaveChangesAsync(cancel);
        return view;
    }

    static ApprovalRequest Request(ListVersion version) => new(
        ApprovalKinds.ShortenList, version.Reference,
        [
            ApprovalFact.Of(new Bilingual("名单", "List"), version.List),
            ApprovalFact.Of(new Bilingual("名单日期", "List of"), version.PublishedOn is { } day ? Day(day) : "-"),
            ApprovalFact.Of(new Bilingual("条目数", "Entries"), $"{version.Entries:N0}", $"{version.EntriesBefore:N0}"),
            ApprovalFact.Of(new Bilingual("删除的条目", "Entries removed"), $"{version.Removed:N0}"),
            ApprovalFact.Of(new Bilingual("SHA-256", "SHA-256"), version.Hash),
        ],
        JsonSerializer.Serialize(new { version.Id, version.Hash }));

    /// <summary>Puts the version in force that another person allowed.</summary>
    internal sealed class Act(ListSwap swap) : IApprovedAct
    {
        public string Kind => ApprovalKinds.ShortenList;

        public async Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel)
        {
            var id = JsonDocument.Parse(approved.Content).RootElement.GetProperty("Id").GetGuid();
            if (await db.Set<ListVersion>().SingleOrDefaultAsync(v => v.Id == id && v.State == ListState.Waiting, cancel) is not { } version) return NotWaiting;
            await swap.PutInForce(version, cancel);
            swap.Note(version, "in-force", approved.Maker);
            return null;
        }
    }
}

/// <summary>Changes what is in force, within the caller's transaction.</summary>
public sealed class ListSwap(CityDb db, TimeProvider clock)
{
    internal void Note(ListVersion version, string what, string actor)
    {
        db.Record("sanctions-list", version.Reference, version.EvidenceText(what));
        db.Audit($"screening/list-{what}", version.Reference, actor, detail: $"{version.List} {version.Entries}");
    }

    internal async Task PutInForce(ListVersion version, CancellationToken cancel)
    {
        // The row first: of two changes at once, the one that has not seen the other's fails with it.
        var head = await db.Set<ListHead>().SingleOrDefaultAsync(h => h.List == version.List, cancel);
        // Whatever waited was compared with what is replaced now.
        foreach (var other in await db.Set<ListVersion>().Where(v => v.List == version.List && v.Id != version.Id && v.State != ListState.Replaced).ToListAsync(cancel))
            other.Replace();
        version.ComeIntoForce(clock.UtcNow());
        if (head is not null) (head.VersionId, head.Number) = (version.Id, head.Number + 1);
        else db.Add(new ListHead { List = version.List, VersionId = version.Id });
    }
}
