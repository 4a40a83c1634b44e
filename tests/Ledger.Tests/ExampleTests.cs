using System.Runtime.CompilerServices;

namespace Pujiang.Ledger.Tests;

/// <summary>The example of the package's README is this code.</summary>
public class ExampleTests
{
    [Fact]
    public async Task Readme_Example_RunsAndSaysWhatItShould()
    {
        var directory = Directory.CreateTempSubdirectory("ledger-example-").FullName;
        using var said = new StringWriter();
        var console = Console.Out;
        Console.SetOut(said);
        try
        {
            await Run(directory);
        }
        finally
        {
            Console.SetOut(console);
            Directory.Delete(directory, recursive: true);
        }
        Assert.Equal(["Posted, balance 10000 fen", "Posted, repeated: True"], said.ToString().Trim().Split('\n'));
    }

    static async Task Run(string directory)
    {
        // Example
        var cny = new Asset("CNY", 2);
        var cash = new Account { Id = new AccountId(Guid.NewGuid()), Asset = cny, Kind = AccountKind.Asset, ChartCode = "1001", Limits = Limits.Unlimited };
        var anna = new Account { Id = new AccountId(Guid.NewGuid()), Asset = cny, Kind = AccountKind.Liability, ChartCode = "2011" };

        await using var book = Book.Open(new BookOptions { Directory = directory });
        await book.Open([cash, anna]);

        // Anna pays in 100.00. When the call returns, it is on the disk.
        var payIn = new Entry
        {
            Id = new EntryId(Guid.NewGuid()),
            Legs = [Leg.Debit(cash.Id, 100_00), Leg.Credit(anna.Id, 100_00)],
            ValueDate = new DateOnly(2026, 3, 2),
            Reference = "counter/17",
        };
        var answer = (await book.Post([payIn]))[0];
        Console.WriteLine($"{answer.Status}, balance {answer.Balances.Span[1].On(AccountKind.Liability)} fen");

        // The same id again is the same payment: it is answered, not repeated.
        var again = (await book.Post([payIn]))[0];
        Console.WriteLine($"{again.Status}, repeated: {again.Repeated}");
        // End
    }

    [Fact]
    public void Readme_Example_IsThisCode()
    {
        var here = File.ReadAllText(ThisFile());
        var code = here[(here.IndexOf("// Example\n", StringComparison.Ordinal) + 11)..here.IndexOf("        // End\n", StringComparison.Ordinal)];
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "src", "Ledger", "README.md"));
        var shown = readme.Split("```csharp\n")[1].Split("```")[0];
        Assert.Equal(shown, string.Join('\n', code.Split('\n').Select(line => line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line)));
    }

    static string ThisFile([CallerFilePath] string path = "") => path;
}
