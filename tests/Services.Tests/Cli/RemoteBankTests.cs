using System.Net.Http.Json;
using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The command line and a bank that runs: over its API, as the operator.</summary>
public sealed class RemoteBankTests(RunningBank bank) : IClassFixture<RunningBank>
{
    [Fact]
    public async Task Statement_FromARunningBank_IsFoundByTheNumberOfTheAccount()
    {
        using var customer = await bank.SignedIn(Roles.Customer);
        var account = (await customer.GetFromJsonAsync<JsonElement>("/api/accounts"))[0];
        var stated = await Statement(account.GetProperty("number").GetString()!);
        Assert.True(stated.ExitCode == 0, $"{stated}");
        Assert.Contains(account.GetProperty("owner").GetString()!, stated.Output, StringComparison.Ordinal);

        var none = await Statement("6299990000000000000");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("There is no account with the number 6299990000000000000.", none.Errors, StringComparison.Ordinal);
    }

    Task<CommandLine.Result> Statement(string number) => CommandLine.Run("statement", number, "--server", $"{bank.Url}", "--data", bank.Folder);
}
