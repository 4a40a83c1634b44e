using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pujiang.Platform;

/// <summary>The lists that names are compared with, as they were at one moment. Never changed: a new version makes a new one.</summary>
public sealed class ListsInForce
{
    readonly NameIndex? _index;

    // A search keeps working memory of its own, which is dear to make and serves one caller at a time.
    readonly ConcurrentBag<NameSearch> _idle = [];

    internal ListsInForce(IReadOnlyList<Guid> versions, IReadOnlyList<SanctionsList> lists)
    {
        (Versions, Lists) = (versions, lists);
        if (lists.Count > 0) _index = new NameIndex([.. lists.SelectMany(list => list.Entries)]);
        Generation = Convert.ToHexStringLower(SHA256.HashData([.. versions.SelectMany(version => version.ToByteArray())]).AsSpan(0, 8));
    }

    /// <summary>Ids of the versions, in the order of <see cref="Lists"/>.</summary>
    internal IReadOnlyList<Guid> Versions { get; }

    public IReadOnlyList<SanctionsList> Lists { get; }

    /// <summary>Differs whenever a version does. 16 hexadecimal digits.</summary>
    public string Generation { get; }

    public bool IsEmpty => _index is null;

    /// <summary>"OFAC 2021-07-07, UN 2026-02-27".</summary>
    public string Words => string.Join(", ", Lists.Select(list => list.AsOf is { } day ? FormattableString.Invariant($"{list.Name} {day:yyyy-MM-dd}") : list.Name));

    /// <summary>The hits of each name, in the order of the names.</summary>
    public IReadOnlyList<IReadOnlyList<NameHit>> Find(IEnumerable<NameQuery> names)
    {
        if (_index is null) return [.. names.Select(_ => (IReadOnlyList<NameHit>)[])];
        if (!_idle.TryTake(out var search)) search = new NameSearch(_index);
        try
        {
            return [.. names.Select(search.Find)];
        }
        finally
        {
            _idle.Add(search);
        }
    }
}

/// <summary>Keeps the lists in force in memory, and makes them anew from the store when another version is in force there.</summary>
public sealed class ScreeningLists : IDisposable
{
    readonly SemaphoreSlim _one = new(1, 1);
    volatile ListsInForce _now = new([], []);

    public void Dispose() => _one.Dispose();

    /// <summary>What is in force at this moment, whichever process imported it.</summary>
    public async Task<ListsInForce> Current(CityDb db, CancellationToken cancel)
    {
        var versions = await db.Set<ListHead>().AsNoTracking().OrderBy(head => head.List).Select(head => head.VersionId).ToListAsync(cancel);
        if (_now is var now && now.Versions.SequenceEqual(versions)) return now;
        await _one.WaitAsync(cancel);
        try
        {
            return _now.Versions.SequenceEqual(versions) ? _now : _now = await Load(db, versions, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<ListsInForce> Load(CityDb db, List<Guid> versions, CancellationToken cancel)
    {
        var lists = new List<SanctionsList>();
        foreach (var version in versions)
            lists.Add(_now.Versions.ToList().IndexOf(version) is >= 0 and var known ? _now.Lists[known] : await Read(db, version, cancel));
        return new ListsInForce(versions, lists);
    }

    /// <exception cref="InvalidDataException">What was kept is no list any more: the table was changed by hand.</exception>
    internal static async Task<SanctionsList> Read(CityDb db, Guid version, CancellationToken cancel)
    {
        var published = await db.Set<ListVersion>().Where(v => v.Id == version).Select(v => v.PublishedOn).SingleAsync(cancel);
        var package = await db.Set<ListContent>().Where(c => c.VersionId == version).Select(c => c.Package).SingleAsync(cancel);
        return ListPackage.Open("list.zip", package).Try(out var files, out var refusal) && SanctionsList.Read(files, published).Try(out var list, out refusal) ? list
            : throw new InvalidDataException($"The stored list {version} can't be read: {refusal!.Reason}");
    }
}

/// <summary>Makes the index when the bank starts, so that the first customer does not wait for it.</summary>
sealed class WarmLists(ScreeningLists lists, IServiceScopeFactory scopes, TimeProvider clock, BackgroundWork work) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await Warm(stoppingToken)) await Task.Delay(Pause, clock, stoppingToken);
    }

    async Task<bool> Warm(CancellationToken cancel)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await lists.Current(scope.ServiceProvider.GetRequiredService<CityDb>(), cancel);
            work.Succeeded("screening lists");
            return true;
        }
        catch (Exception failure) when (BackgroundWork.IsOutage(failure) || failure is InvalidDataException)
        {
            // Whoever screens a name meanwhile tries as well, and gets the error.
            work.Failed("screening lists", failure);
            return false;
        }
    }
}
