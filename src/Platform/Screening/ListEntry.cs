using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>What a sanctions list names.</summary>
public enum ListedKind
{
    Person = 1,
    Entity = 2,
    Vessel = 3,
    Aircraft = 4,
}

/// <summary>How well a name identifies its entry.</summary>
public enum NameQuality
{
    /// <summary>The name under which it is listed.</summary>
    Primary = 1,

    /// <summary>Another name it is known by.</summary>
    Alias = 2,

    /// <summary>A broad name, such as a nickname, that the list itself calls weak.</summary>
    Weak = 3,

    /// <summary>The name in its own script.</summary>
    OriginalScript = 4,
}

/// <summary>One name of an entry, as written on the list.</summary>
public sealed record ListedName(string Text, NameQuality Quality);

/// <summary>One person, firm, vessel or aircraft on a sanctions list.</summary>
/// <param name="List">"OFAC" or "UN".</param>
/// <param name="Id">The list's own number: OFAC ent_num, UN reference number.</param>
/// <param name="Programs">The programs or committees under which it is listed.</param>
/// <param name="BirthDates">As written: "05 Dec 1960", "1961", "circa 1950".</param>
/// <param name="Countries">Nationality, citizenship and addresses, as written.</param>
/// <param name="Remarks">What else the list says, in one text.</param>
public sealed record ListEntry(
    string List, string Id, ListedKind Kind, IReadOnlyList<ListedName> Names, IReadOnlyList<string> Programs,
    IReadOnlyList<string> BirthDates, IReadOnlyList<string> Countries, string Remarks)
{
    /// <summary>The name under which it is listed.</summary>
    public string Name => Names[0].Text;

    /// <summary>SHA-256 over all it says, 32 hexadecimal digits: a decision about an entry holds as long as this stays.</summary>
    public string ContentHash()
    {
        var text = new StringBuilder();
        void Add(string value) => text.Append(value).Append('\u001f');
        Add(List);
        Add(Id);
        Add($"{Kind}");
        // The order in which a list writes its aliases and addresses says nothing.
        foreach (var name in Names.Select(n => $"{n.Quality} {n.Text}").Order(StringComparer.Ordinal)) Add(name);
        foreach (var values in new[] { Programs, BirthDates, Countries })
            foreach (var value in values.Order(StringComparer.Ordinal).Append("\u001e")) Add(value);
        Add(Remarks);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}

/// <summary>A sanctions list as it was published on a day.</summary>
/// <param name="AsOf">The day of the list; null where neither file nor folder tells it.</param>
public sealed record SanctionsList(string Name, DateOnly? AsOf, IReadOnlyList<ListEntry> Entries)
{
    public int NameCount => Entries.Sum(entry => entry.Names.Count);

    /// <summary>Reads every list below a folder: OFAC's <c>sdn.csv</c> with its companions, the UN's consolidated XML.</summary>
    /// <returns>The lists, or the refusal "list_unreadable" that names file, line and fault, or "no_list_found".</returns>
    public static Outcome<IReadOnlyList<SanctionsList>> ReadFolder(string folder)
    {
        if (!Directory.Exists(folder)) return new Refusal("no_list_found", $"There is no folder {folder}.", "folder", folder);
        var lists = new List<SanctionsList>();
        foreach (var some in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).GroupBy(Path.GetDirectoryName))
        {
            var files = some.Where(path => Path.GetExtension(path).ToUpperInvariant() is ".CSV" or ".XML").Select(path => new ListFile(path, File.ReadAllBytes(path))).ToList();
            foreach (var list in ListsIn(files))
                if (!Read(list, OfacList.DateIn(Path.GetFileName(some.Key!))).Try(out var read, out var refusal)) return new Refusal(refusal.Code, refusal.Reason, "folder", refusal.Args);
                else lists.Add(read);
        }
        if (lists.Count == 0)
            return new Refusal("no_list_found", $"There is neither an sdn.csv nor a UN consolidated XML below {folder}.", "folder", folder);
        // Two files of one list would each end the entries of the other.
        if (lists.GroupBy(list => list.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return new Refusal("list_unreadable", $"The list {twice.Key} is there {twice.Count()} times below {folder}; name the folder of one.", "folder", $"{twice.Key} × {twice.Count()}");
        return lists;
    }

    /// <summary>The files of each list among these.</summary>
    static IEnumerable<IReadOnlyList<ListFile>> ListsIn(List<ListFile> files)
    {
        if (files.Exists(file => OfacList.IsNamed(file, OfacList.MainFile)))
            yield return files.FindAll(file => Path.GetExtension(file.Name).Equals(".csv", StringComparison.OrdinalIgnoreCase));
        foreach (var file in files)
            if (UnList.IsOne(file)) yield return [file];
    }

    /// <summary>Reads the one list that these files are.</summary>
    /// <param name="files">sdn.csv with its companions, or the UN's consolidated XML.</param>
    /// <param name="published">The day of the list, where the files themselves carry none.</param>
    /// <returns>The list, or the refusal "list_unreadable", which names file, line and fault.</returns>
    public static Outcome<SanctionsList> Read(IReadOnlyList<ListFile> files, DateOnly? published)
    {
        try
        {
            if (files is [var only]) return UnList.IsOne(only) ? NotEmpty(UnList.Read(only)) : IsCsv(only) ? NotEmpty(OfacList.Read(files, published)) : Other();
            return files.Any(file => OfacList.IsNamed(file, OfacList.MainFile)) ? NotEmpty(OfacList.Read(files, published)) : Other();
        }
        catch (InvalidDataException fault)
        {
            return Unreadable(fault.Message);
        }

        Refusal Other() => Unreadable($"{string.Join(", ", files.Select(file => file.Name))}: neither an OFAC list (sdn.csv, alone or in a ZIP file with its companions) nor the UN's consolidated XML.");
    }

    /// <summary>Nothing that says of itself that it is something else: markup, a picture, a program.</summary>
    static bool IsCsv(ListFile file) => !file.Content.AsSpan().TrimStart("\uFEFF \r\n\t"u8).StartsWith("<"u8) && !file.Content.AsSpan().Contains((byte)0);

    static Outcome<SanctionsList> NotEmpty(SanctionsList list) =>
        list.Entries.Count > 0 ? list : Unreadable($"The list {list.Name} has no entry. Download the file again.");

    static Refusal Unreadable(string why) => new Refusal("list_unreadable", why, "file", why);
}
