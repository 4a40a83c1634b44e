using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Cli;

/// <summary>Looks names up in sanctions lists. Needs no bank.</summary>
static class ScreenCommand
{
    const int Hits = 2;

    static readonly Argument<string[]> Names = new("NAME") { Description = "Names, each in quotes, in any script and order", Arity = ArgumentArity.ZeroOrMore };
    static readonly Option<string?> File = new("--file") { Description = "CSV with a header that has a column 'name', and may have 'kind' (person, firm), 'birth_date' and 'country'; the answer is CSV", HelpName = "FILE" };
    static readonly Option<string?> Kind = new("--kind") { Description = "person or firm, when it is known", HelpName = "KIND" };
    static readonly Option<DateOnly?> BirthDate = new("--birth-date") { Description = "Of a person, when it is known", HelpName = "YYYY-MM-DD" };
    static readonly Option<string?> Country = new("--country") { Description = "By name or two letters, when it is known", HelpName = "COUNTRY" };

    static readonly Option<string?> List = new("--list")
    {
        Description = "Folder of lists: OFAC's sdn.csv with its companions, the UN's consolidated XML [default: $Screening__Lists, else 'sanctions' in $PUJIANG_DATA]",
        HelpName = "DIR",
    };

    public static Command Make()
    {
        Kind.AcceptOnlyFromAmong("person", "firm");
        var screen = new Command("screen", "Look names up in sanctions lists. Exit code 0: no hit, 2: hits")
        {
            Names, File, List, Kind, BirthDate, Country, Settings.Json, ImportCommand.Make(),
        };
        screen.SetAction(Run);
        return screen;
    }

    static int Run(ParseResult parsed)
    {
        var names = parsed.GetValue(Names) ?? [];
        var file = parsed.GetValue(File);
        if (names.Length == 0 == file is null) throw new CommandFailed("Give names, or a file with --file, one of the two.");
        var queries = file is null
            ? [.. names.Select(name => new NameQuery(name, KindOf(parsed.GetValue(Kind)), parsed.GetValue(BirthDate), parsed.GetValue(Country)))]
            : ReadFile(file);
        var search = NameSearch.Of(Lists(parsed.GetValue(List)));
        var results = queries.Select(query => (query, Hits: search.Find(query))).ToList();
        if (parsed.GetValue(Settings.Json)) PrintJson(results);
        else if (file is not null) PrintCsv(results);
        else PrintTable(results);
        var found = results.Count(result => result.Hits.Count > 0);
        Say.Note($"{results.Count:N0} {(results.Count == 1 ? "name" : "names")}, {found:N0} with a hit.");
        return found > 0 ? Hits : 0;
    }

    static IReadOnlyList<SanctionsList> Lists(string? named)
    {
        var data = Environment.GetEnvironmentVariable("PUJIANG_DATA");
        var folder = named ?? Environment.GetEnvironmentVariable("Screening__Lists") ?? (data is { Length: > 0 } ? Path.Combine(data, "sanctions") : null)
            ?? throw new CommandFailed("Name the folder of the lists with --list.");
        if (!SanctionsList.ReadFolder(folder).Try(out var lists, out var refusal)) throw new CommandFailed(refusal);
        Say.Note(string.Join("; ", lists.Select(list => $"{list.Name} of {list.AsOf?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "an unknown day"}: {list.Entries.Count:N0} entries, {list.NameCount:N0} names")) + ".");
        return lists;
    }

    static PartyKind? KindOf(string? word) => word?.Trim().ToLowerInvariant() switch
    {
        "person" => PartyKind.Person,
        "firm" => PartyKind.Firm,
        _ => null,
    };

    static List<NameQuery> ReadFile(string path)
    {
        using var stream = NamedFile.Open(path);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var rows = CsvText.Read(reader.ReadToEnd()).ToList();
        if (rows.Count == 0) throw new CommandFailed($"{path} is empty; its first line names the columns, of which one is 'name'.");
        var columns = rows[0].Fields.Select(name => name.Trim().ToLowerInvariant()).ToList();
        var name = columns.IndexOf("name");
        if (name < 0) throw new CommandFailed($"{path} has no column 'name' in its first line, but: {string.Join(", ", columns)}.");
        return [.. rows.Skip(1).Select(row => Query(path, row.Line, row.Fields, columns, name))];
    }

    static NameQuery Query(string path, int line, string[] fields, List<string> columns, int name)
    {
        string? Of(string column) => columns.IndexOf(column) is >= 0 and var at && at < fields.Length && fields[at].Trim() is { Length: > 0 } text ? text : null;
        if (name >= fields.Length) throw new CommandFailed($"{path}:{line}: the line has {fields.Length} fields and so no name.");
        var born = Of("birth_date");
        if (born is not null && !DateOnly.TryParseExact(born, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            throw new CommandFailed($"{path}:{line}: the birth date '{born}' is no day of the calendar; write it as 1960-12-05.");
        if (Of("kind") is { } kind && KindOf(kind) is null)
            throw new CommandFailed($"{path}:{line}: the kind '{kind}' is neither 'person' nor 'firm'.");
        return new NameQuery(fields[name], KindOf(Of("kind")), born is null ? null : DateOnly.ParseExact(born, "yyyy-MM-dd", CultureInfo.InvariantCulture), Of("country"));
    }

    static void PrintTable(List<(NameQuery Query, IReadOnlyList<NameHit> Hits)> results)
    {
        var table = new TextTable("name", "grade", "score", "list", "entry", "matched name", "why").Right(2);
        foreach (var (query, hits) in results)
            foreach (var hit in hits)
                table.Row(query.Name, $"{hit.Grade}".ToLowerInvariant(), $"{hit.Score}", hit.Entry.List, hit.Entry.Id, hit.MatchedName.Text, hit.Why());
        if (results.Exists(result => result.Hits.Count > 0)) table.Print(Console.Out);
    }

    /// <summary>A line for each hit, and one with the grade "none" for each name without.</summary>
    static void PrintCsv(List<(NameQuery Query, IReadOnlyList<NameHit> Hits)> results)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        output.WriteLine("name,grade,score,list,entry,matched_name,why");
        foreach (var (query, hits) in results)
        {
            if (hits.Count == 0) output.WriteLine($"{CsvText.Field(query.Name)},none,0,,,,");
            foreach (var hit in hits)
                output.WriteLine(string.Join(',', CsvText.Field(query.Name), $"{hit.Grade}".ToLowerInvariant(), $"{hit.Score}", hit.Entry.List, hit.Entry.Id, CsvText.Field(hit.MatchedName.Text), CsvText.Field(hit.Why())));
        }
    }

    static void PrintJson(List<(NameQuery Query, IReadOnlyList<NameHit> Hits)> results)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, JsonText.Readable))
            JsonSerializer.Serialize(json, results.Select(result => new { result.Query.Name, Hits = result.Hits.Select(NameHitView.Of) }), JsonText.Web);
        output.Write("\n"u8);
    }
}
