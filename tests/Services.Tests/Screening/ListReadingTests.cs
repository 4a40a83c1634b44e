using System.Text;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class ListReadingTests : IDisposable
{
    readonly string _folder = TemporaryFolders.New("lists-2024-05-06");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void Write(string name, string text, Encoding? encoding = null) => File.WriteAllText(Path.Combine(_folder, name), text, encoding ?? new UTF8Encoding(false));

    SanctionsList Only()
    {
        Assert.True(SanctionsList.ReadFolder(_folder).Try(out var lists, out var refusal), refusal?.Reason);
        return Assert.Single(lists);
    }

    const string Row = "7,\"GÓMEZ PÉREZ, José\",\"individual\",\"SDNT] [IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 05 Dec 1960; alt. DOB 1961; nationality Cuba; a.k.a. 'PEPE'.\"\r\n";

    [Fact]
    public void Ofac_NullsQuotesCompanionsAndControlZ_AreRead()
    {
        Write("sdn.csv", Row + "\u001a");
        Write("alt.csv", "7,1,\"aka\",\"GOMEZ, \"\"Pepe\"\"\",-0- \r\n");
        Write("add.csv", "7,1,-0- ,\"Havana\",\"Mexico\",-0- \r\n");
        Write("sdn_comments.csv", "7,\" More.\"\r\n");

        var entry = Assert.Single(Only().Entries);

        Assert.Equal((ListedKind.Person, "7", "GÓMEZ PÉREZ, José"), (entry.Kind, entry.Id, entry.Name));
        Assert.Equal([NameQuality.Primary, NameQuality.Alias, NameQuality.Weak], entry.Names.Select(name => name.Quality));
        Assert.Equal(["GOMEZ, \"Pepe\"", "PEPE"], entry.Names.Skip(1).Select(name => name.Text));
        Assert.Equal(["SDNT", "IRAN"], entry.Programs);
        Assert.Equal(["05 Dec 1960", "1961"], entry.BirthDates);
        Assert.Equal(["Cuba", "Mexico"], entry.Countries);
        Assert.EndsWith(" More.", entry.Remarks, StringComparison.Ordinal);
    }

    [Fact]
    public void Ofac_InWesternWindowsEncoding_IsRead()
    {
        File.WriteAllBytes(Path.Combine(_folder, "SDN.CSV"), Encoding.Latin1.GetBytes(Row));
        Assert.Equal("GÓMEZ PÉREZ, José", Assert.Single(Only().Entries).Name);
    }

    [Theory]
    [InlineData("7,\"X\",-0- \r\n", "line 1: 3 fields instead of 12")]
    [InlineData("\r\n" + "x" + ",a,b,c,d,e,f,g,h,i,j,k\r\n", "line 2: the entry number 'x' is no number")]
    public void Ofac_BadLine_IsRefusedWithItsPlace(string text, string expected)
    {
        Write("sdn.csv", text);
        Assert.False(SanctionsList.ReadFolder(_folder).Try(out _, out var refusal));
        Assert.Equal("list_unreadable", refusal.Code);
        Assert.Contains(expected, refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Un_PersonWithAliasesAndOriginalScript_IsRead()
    {
        Write("un.xml", """
            <?xml version="1.0"?>
            <CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"><INDIVIDUALS><INDIVIDUAL>
              <DATAID>1</DATAID><FIRST_NAME>ALI</FIRST_NAME><SECOND_NAME>HASSAN</SECOND_NAME><UN_LIST_TYPE>Iraq</UN_LIST_TYPE><REFERENCE_NUMBER>IQi.003</REFERENCE_NUMBER>
              <NAME_ORIGINAL_SCRIPT>علي حسن المجيد التكريتي</NAME_ORIGINAL_SCRIPT>
              <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>a) Chemical Ali; b) Al-Kimawi</ALIAS_NAME></INDIVIDUAL_ALIAS>
              <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
              <INDIVIDUAL_DATE_OF_BIRTH><YEAR>1943</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
            </INDIVIDUAL></INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>
            """);

        var list = Only();

        Assert.Equal(new DateOnly(2026, 2, 27), list.AsOf);
        Assert.Equal(["ALI HASSAN", "Chemical Ali", "Al-Kimawi", "علي حسن المجيد التكريتي"], list.Entries[0].Names.Select(name => name.Text));
        Assert.Equal(["1943"], list.Entries[0].BirthDates);
    }

    [Fact]
    public void Un_DocumentTypeOrNoReference_IsRefused()
    {
        Write("un.xml", "<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>4</DATAID><FIRST_NAME>X</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>");
        Assert.False(SanctionsList.ReadFolder(_folder).Try(out _, out var refusal));
        Assert.Contains("the entry 4 has no reference number", refusal.Reason, StringComparison.Ordinal);
        Write("un.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><CONSOLIDATED_LIST>&a;</CONSOLIDATED_LIST>");
        Assert.False(SanctionsList.ReadFolder(_folder).Try(out _, out refusal));
        Assert.Equal("no_list_found", refusal.Code);
    }

    [Fact]
    public void Folder_MissingOrWithOneListTwice_IsRefused()
    {
        Assert.False(SanctionsList.ReadFolder(Path.Combine(_folder, "none")).Try(out _, out var refusal));
        Assert.Equal("no_list_found", refusal.Code);
        Write("sdn.csv", Row);
        Directory.CreateDirectory(Path.Combine(_folder, "older"));
        File.Copy(Path.Combine(_folder, "sdn.csv"), Path.Combine(_folder, "older", "sdn.csv"));
        Assert.False(SanctionsList.ReadFolder(_folder).Try(out _, out refusal));
        Assert.Contains("OFAC is there 2 times", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ContentHash_ChangesWithAnyFact_NotWithTheOrderOfAliases()
    {
        Write("sdn.csv", Row);
        var entry = Only().Entries[0];
        Assert.Equal(entry.ContentHash(), (entry with { Names = [.. entry.Names.Reverse()] }).ContentHash());
        ListEntry[] others = [entry with { Remarks = "" }, entry with { BirthDates = [] }, entry with { Countries = ["x"] }, entry with { Programs = [] }, entry with { Kind = ListedKind.Entity }];
        Assert.Equal(others.Length + 1, others.Append(entry).Select(e => e.ContentHash()).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>The lists of the data folder, by the counts that their publishers state.</summary>
    [Fact]
    public void PublicLists_HaveAllTheirEntries()
    {
        var lists = Lists.All.ToDictionary(list => list.Name, StringComparer.Ordinal);
        Assert.Equal((8976, 4620, 406, 277), (lists["OFAC"].Entries.Count, Of(ListedKind.Person), Of(ListedKind.Vessel), Of(ListedKind.Aircraft)));
        Assert.Equal((730, 273), (lists["UN"].Entries.Count(e => e.Kind == ListedKind.Person), lists["UN"].Entries.Count(e => e.Kind == ListedKind.Entity)));
        Assert.Equal((new DateOnly(2021, 7, 7), new DateOnly(2026, 2, 27)), (lists["OFAC"].AsOf!.Value, lists["UN"].AsOf!.Value));

        int Of(ListedKind kind) => lists["OFAC"].Entries.Count(e => e.Kind == kind);
    }
}
