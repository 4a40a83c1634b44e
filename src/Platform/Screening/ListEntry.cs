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
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                if (Path.GetFileName(file).Equals("sdn.csv", StringComparison.OrdinalIgnoreCase))
                    lists.Add(OfacList.Read(Path.GetDirectoryName(file)!));
                else if (Path.GetExtension(file).Equals(".xml", StringComparison.OrdinalIgnoreCase) && UnList.IsOne(file))
                    lists.Add(UnList.Read(file));
        }
        catch (InvalidDataException fault)
        {
            return new Refusal("list_unreadable", fault.Message, "folder", fault.Message);
        }
        if (lists.Count == 0)
            return new Refusal("no_list_found", $"There is neither an sdn.csv nor a UN consolidated XML below {folder}.", "folder", folder);
        // Two files of one list would each end the entries of the other.
        if (lists.GroupBy(list => list.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return new Refusal("list_unreadable", $"The list {twice.Key} is there {twice.Count()} times below {folder}; name the folder of one.", "folder", $"{twice.Key} × {twice.Count()}");
        return lists;
    }
}
