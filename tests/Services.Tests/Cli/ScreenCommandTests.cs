namespace Pujiang.Services.Tests;

public sealed class ScreenCommandTests
{
    const string Row = "7,\"GOMEZ PEREZ, Jose\",\"individual\",\"SDNT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 05 Dec 1960.\"\r\n";

    static string ListIn(CommandLine cli)
    {
        cli.FileOf(Row, "sdn.csv");
        return cli.Data;
    }

    [Fact]
    public async Task Screen_ListedName_PrintsWhyAndEndsWithTwo()
    {
        using var cli = new CommandLine();
        var run = await CommandLine.Run("screen", "José Gómez Pérez", "--list", ListIn(cli));
        Assert.Equal(2, run.ExitCode);
        Assert.Matches("strong +99 +OFAC +7 +GOMEZ PEREZ, Jose +jose, gomez, perez", run.Output);
    }

    [Fact]
    public async Task Screen_OtherName_EndsWithZero()
    {
        using var cli = new CommandLine();
        var run = await CommandLine.Run("screen", "Wang Fang", "--list", ListIn(cli));
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task ScreenFile_AnswersWithALineForEachName()
    {
        using var cli = new CommandLine();
        var file = cli.FileOf("Name,birth_date\n\"Gomez Perez, Jose\",1960-12-05\nJose Gomez Prez,1999-01-01\n\"Li, \"\"Al\"\"\",\n", "names.csv");
        var run = await CommandLine.Run("screen", "--file", file, "--list", ListIn(cli));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(4, run.Lines.Length);
        Assert.StartsWith("\"Gomez Perez, Jose\",exact,100,OFAC,7,\"GOMEZ PEREZ, Jose\",", run.Lines[1], StringComparison.Ordinal);
        Assert.Contains("birth_date_differs", run.Lines[2], StringComparison.Ordinal);
        Assert.Equal("\"Li, \"\"Al\"\"\",none,0,,,,", run.Lines[3]);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "has no column 'name' in its first line, but: a, b.")]
    [InlineData("name,birth_date\nX,1960-13-01\n", "names.csv:2: the birth date '1960-13-01' is no day of the calendar")]
    [InlineData("name,kind\nX,dog\n", "names.csv:2: the kind 'dog' is neither 'person' nor 'firm'.")]
    public async Task ScreenFile_BadFile_NamesTheFault(string text, string expected)
    {
        using var cli = new CommandLine();
        var run = await CommandLine.Run("screen", "--file", cli.FileOf(text, "names.csv"), "--list", ListIn(cli));
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Screen_NoList_SaysWhatIsMissing()
    {
        using var cli = new CommandLine();
        var run = await CommandLine.Run("screen", "X", "--list", cli.Data);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("There is neither an sdn.csv nor a UN consolidated XML below", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_IntoTheBank_PrintsWhatCameAndChanged()
    {
        using var cli = new CommandLine();
        using (var file = new CommandLine())
        {
            // A bank is there once something was done with it.
            var order = new PaymentOrder("M1", new PaymentOrder.Block("P1", "DE89370400440532013000", new DateOnly(2026, 3, 2),
                new PaymentOrder.Line("E1", "1.00", "Hans Meier", "GB29NWBK60161331926819", "NWBKGB2LXXX")));
            await cli.OnBank("pay", file.FileOf(order.Text()), "--demo");
            Assert.Contains("There is no bank", (await file.OnBank("screen", "import", file.FileOf(Row, "sdn.csv"))).Errors, StringComparison.Ordinal);
            var first = await cli.OnBank("screen", "import", file.FileOf(Row, "ofac-2024-05-06.csv"));
            Assert.Equal((0, "In force."), (first.ExitCode, first.Lines[^1]));
            Assert.StartsWith("OFAC of 2024-05-06: 1 entries, 1 names, SHA-256 ", first.Lines[0], StringComparison.Ordinal);
            var second = await cli.OnBank("screen", "import", file.FileOf(Row + Row.Replace("7,", "8,", StringComparison.Ordinal), "sdn.csv"));
            Assert.Equal("1 added, 0 removed, 0 changed", second.Lines[1]);
            var bad = await cli.OnBank("screen", "import", file.FileOf("7,x\n", "sdn.csv"));
            Assert.Equal(1, bad.ExitCode);
            Assert.Contains("sdn.csv, line 1: 2 fields instead of 12", bad.Errors, StringComparison.Ordinal);
        }
    }
}
