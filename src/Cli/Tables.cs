using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pujiang.Cli;

/// <summary>Tables for people: as wide as the terminal, or one row a line when the output goes to a file or program.</summary>
static class Tables
{
    const int Unlimited = 10_000;

    public static Table Of(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column)));
        return table;
    }

    public static Table Right(this Table table, params int[] columns)
    {
        foreach (var column in columns) table.Columns[column].Alignment(Justify.Right).NoWrap();
        return table;
    }

    /// <summary>A row of plain texts: nothing in them is markup.</summary>
    public static void Row(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => (IRenderable)new Text(Visible(cell))));

    public static void Print(Table table)
    {
        if (!Console.IsOutputRedirected)
        {
            AnsiConsole.Write(table);
            return;
        }
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Unlimited;
        console.Profile.Capabilities.Unicode = true;
        console.Write(table);
        foreach (var line in text.ToString().Split('\n')[..^1])
            if (line.TrimEnd() is { Length: > 0 } told) Console.Out.WriteLine(told);
    }

    /// <summary>A file may hold control characters, which could play tricks with a terminal.</summary>
    static string Visible(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
