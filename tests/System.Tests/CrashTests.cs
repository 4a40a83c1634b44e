using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pujiang.System.Tests;

/// <summary>The whole bank is killed while people pay. What it said was done is done, and nothing is done twice.</summary>
public sealed class CrashTests(Bank running)
{
    const int Payers = 4, Kills = 3;

    [Fact]
    public async Task Kill9_WhileTransfersAreMade_LosesNothingAcknowledgedAndRepeatsNothing()
    {
        Assert.NotEmpty(running.Url);
        var data = Directory.CreateTempSubdirectory("pujiang-kill-").FullName;
        try
        {
            var (from, to) = await OpenAccounts(data);
            var acknowledged = new ConcurrentDictionary<string, Guid>();
            var asked = new ConcurrentDictionary<string, byte>();
            for (var round = 0; round < Kills; round++)
            {
                await using var bank = await BankProcess.Start(data);
                await AssertPosted(bank, acknowledged.Values);
                using var stop = new CancellationTokenSource();
                var paying = Enumerable.Range(0, Payers).Select(payer => Pay(bank, $"r{round}p{payer}", from, to, asked, acknowledged, stop.Token)).ToList();
                var before = acknowledged.Count;
                while (acknowledged.Count < before + (40 * (round + 1)) && !paying.TrueForAll(p => p.IsCompleted)) await Task.Yield();
                await bank.Kill();
                await stop.CancelAsync();
                await Task.WhenAll(paying);
            }

            await using var last = await BankProcess.Start(data);
            using var client = last.Operator();
            await AssertPosted(last, acknowledged.Values);
            // Each that was asked for, asked again: it is made once, whether it was answered before or not.
            foreach (var key in asked.Keys)
            {
                var made = await client.Do("transfers", key, Transfer(from, to));
                if (acknowledged.TryGetValue(key, out var id)) Assert.Equal(id, made.GetProperty("id").GetGuid());
            }
            Assert.InRange(asked.Count, Kills * 40, int.MaxValue);
            Assert.Equal(100_000_00 - asked.Count, await Balance(client, from));
            Assert.Equal(asked.Count, await Balance(client, to.Id));
            Assert.Equal(0, await last.Stop());
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    static async Task Pay(
        BankProcess bank, string payer, Guid from, Payee to, ConcurrentDictionary<string, byte> asked, ConcurrentDictionary<string, Guid> acknowledged, CancellationToken stop)
    {
        using var client = bank.Operator();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var key = $"{payer}n{number}";
            asked[key] = 0;
            try
            {
                acknowledged[key] = (await client.Do("transfers", key, Transfer(from, to))).GetProperty("id").GetGuid();
            }
            catch (HttpRequestException)
            {
                return;
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    static object Transfer(Guid from, Payee to) =>
        new { from, payeeName = to.Name, payeeNumber = to.Number, payeeBank = "", amount = "0.01", purpose = "" };

    sealed record Payee(Guid Id, string Name, string Number);

    static async Task<(Guid From, Payee To)> OpenAccounts(string data)
    {
        await using var bank = await BankProcess.Start(data);
        using var client = bank.Operator();
        async Task<JsonElement> Open(string name, string identifier)
        {
            var party = await client.Do("parties", $"party-{identifier}", new { kind = "Person", name, identifier, phone = "" });
            return await client.Do("accounts", $"account-{identifier}", new { party = party.GetProperty("id").GetGuid(), currency = "CNY" });
        }
        var (from, to) = (await Open("王秀英", "110101194903070022"), await Open("李建国", "11010519491231002X"));
        var id = from.GetProperty("id").GetGuid();
        await client.Do($"accounts/{id}/cash", "c1", new { amount = "100000.00" });
        using var raised = await client.Send(HttpMethod.Put, $"accounts/{id}/limits", "l1", new { perPayment = "50000", perDay = "200000" });
        Assert.True(raised.IsSuccessStatusCode);
        return (id, new Payee(to.GetProperty("id").GetGuid(), to.GetProperty("owner").GetString()!, to.GetProperty("number").GetString()!));
    }

    static async Task AssertPosted(BankProcess bank, IEnumerable<Guid> transfers)
    {
        using var client = bank.Operator();
        foreach (var id in transfers)
            Assert.Equal("Posted", (await client.GetFromJsonAsync<JsonElement>($"transfers/{id}")).GetProperty("state").GetString());
    }

    static async Task<long> Balance(HttpClient client, Guid account)
    {
        var view = await client.GetFromJsonAsync<JsonElement>($"accounts/{account}");
        return (long)(decimal.Parse(view.GetProperty("balance").GetProperty("amount").GetString()!, global::System.Globalization.CultureInfo.InvariantCulture) * 100);
    }
}
