using System.Diagnostics;
using System.Globalization;
using Pujiang.Platform;
using Pujiang.Screening;

namespace Pujiang.Bench;

/// <summary>Names against the whole of the lists: how fast, how many of the listed are found, how many others raise an alert.</summary>
static class ScreeningBench
{
    const int Seed = 20260301;
    const int Rounds = 5;

    public static int Run(int count)
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("PUJIANG_DATA") ?? Path.Combine("..", "shared", "data"), "sanctions");
        if (!SanctionsList.ReadFolder(folder).Try(out var lists, out var refusal))
        {
            Console.Error.WriteLine(refusal.Reason);
            return 1;
        }
        var watch = Stopwatch.StartNew();
        var search = NameSearch.Of(lists);
        var prepared = watch.Elapsed;
        var queries = ListedQuery.From(lists.SelectMany(list => list.Entries), Seed).ToList();
        Circumstances.Print($"{string.Join(" and ", lists.Select(list => $"{list.Name} of {list.AsOf:yyyy-MM-dd} ({list.Entries.Count:N0} entries, {list.NameCount:N0} names)"))}; {count:N0} names; seed {Seed}");
        Console.WriteLine("| what | result |");
        Console.WriteLine("| --- | ---: |");
        Console.WriteLine($"| index of all names | {prepared.TotalSeconds:N2} s |");
        foreach (var (what, names) in Loads(queries, count)) Time(what, names, search);
        Console.WriteLine();
        Recall(queries, search, count);
        Alerts(search);
        return 0;
    }

    static IEnumerable<(string What, List<string> Names)> Loads(List<ListedQuery> queries, int count)
    {
        var listed = Sample(queries, count).Select(query => query.Text).ToList();
        var customers = OrdinaryNames.All(count, Seed).ToList();
        yield return ("customers: ordinary names from eight languages", customers);
        yield return ("listed names with slips, one in two, among customers", [.. listed.Zip(customers, (a, b) => new[] { a, b }).SelectMany(pair => pair).Take(count)]);
        yield return ("listed names only, with slips", listed);
    }

    static void Time(string what, List<string> names, NameSearch search)
    {
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var rates = Enumerable.Range(0, Rounds).Select(_ => Rate(names, search, threads)).Order().ToList();
            Console.WriteLine($"| {what}; {threads} {(threads == 1 ? "thread" : "threads")} | {rates[Rounds / 2]:N0} names/s |");
        }
    }

    static decimal Rate(List<string> names, NameSearch search, int threads)
    {
        var searches = Enumerable.Range(0, threads).Select(_ => search.Copy()).ToList();
        var watch = Stopwatch.StartNew();
        var workers = searches.Select((own, n) => Task.Run(() =>
        {
            for (var i = n; i < names.Count; i += threads) own.Find(new NameQuery(names[i]));
        })).ToArray();
        Task.WaitAll(workers);
        return names.Count / (decimal)watch.Elapsed.TotalSeconds;
    }

    static List<ListedQuery> Sample(List<ListedQuery> queries, int count)
    {
        var random = new SmallRandom(Seed, "sample");
        return [.. Enumerable.Range(0, count).Select(_ => queries[random.Below(queries.Count)])];
    }

    static void Recall(List<ListedQuery> queries, NameSearch search, int count)
    {
        Console.WriteLine("| queries made from the lists | queries | found | recall | of those exact / strong / possible | alerts for each |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var kind in ListedQuery.Kinds)
        {
            var random = new SmallRandom(Seed, kind);
            var all = queries.Where(query => query.Kind == kind).ToList();
            var some = all.Count <= count / 5 ? all : [.. Enumerable.Range(0, count / 5).Select(_ => all[random.Below(all.Count)])];
            if (some.Count == 0) continue;
            var (alerts, grades) = (0, new int[4]);
            foreach (var query in some)
            {
                var hits = search.Find(new NameQuery(query.Text));
                alerts += hits.Count;
                if (hits.FirstOrDefault(hit => hit.Entry.Id == query.EntryId) is { } hit) grades[(int)hit.Grade]++;
            }
            var found = grades.Sum();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {kind} | {some.Count:N0} | {found:N0} | {100m * found / some.Count:N2} % | {grades[3]:N0} / {grades[2]:N0} / {grades[1]:N0} | {(decimal)alerts / some.Count:N1} |"));
        }
        Console.WriteLine();
    }

    static void Alerts(NameSearch search)
    {
        Console.WriteLine("| names of no list | names | with an alert | of those with an exact or strong one |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var (what, kind, names) in OrdinaryNames.Groups(Seed))
        {
            var hits = names.Select(name => search.Find(new NameQuery(name, kind))).Where(found => found.Count > 0).ToList();
            var strong = hits.Where(found => found[0].Grade > HitGrade.Possible).ToList();
            Console.WriteLine($"| {what} | {names.Count:N0} | {100m * hits.Count / names.Count:N2} % | {100m * strong.Count / names.Count:N2} % |");
        }
    }
}
