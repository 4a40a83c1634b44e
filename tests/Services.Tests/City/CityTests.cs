using System.Net;
using System.Net.Http.Json;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pujiang.City;
using Pujiang.Platform;
using SignatureFault = Pujiang.City.SignatureFault;

namespace Pujiang.Services.Tests;

/// <summary>The city by itself, and the outbox against one that misbehaves, over real HTTP: nothing is lost, nothing is kept twice, the order holds.</summary>
public sealed class CityTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [BothDatabases(0, 50, 0, false)]
    [BothDatabases(5, 30, 30, false)]
    [BothDatabases(0, 0, 0, true)]
    public async Task Deliveries_ToACityThatMisbehaves_ArriveOnceAndInOrder(TestDatabase database, int delay, int errors, int lost, bool down)
    {
        await using var bank = await TestBank.New(database);
        await using var served = await ServedBank.Start(bank);
        await using var city = await RunningCity.Start(bank.Clock, served.Address);
        await Register(bank, city);
        await city.Turn("mail", new Switches(delay, errors, 500, lost, Down: down));
        var sent = Enumerable.Range(0, 20).Select(i => (Reference: $"order/{i % 4}", Body: $"{i}")).ToList();
        foreach (var (reference, body) in sent) await OutboxTests.Send(bank, reference, body, "mail");
        for (var round = 0; round < 200 && await Waiting(bank) > 0; round++)
        {
            await OutboxTests.Deliver(bank);
            bank.Clock.Advance(TimeSpan.FromSeconds(31));
            if (down && round == 2)
            {
                Assert.Equal(0, city.Store.Count("mail"));
                await city.Turn("mail", Switches.Off);
            }
        }

        Assert.Equal(20, await bank.Tables(db => db.Set<OutboxMessage>().CountAsync(m => m.State == DeliveryState.Delivered)));
        var kept = city.Store.Newest("mail", 0, 1_000).OrderBy(m => m.Number).ToList();
        Assert.Equal(sent.OrderBy(m => m.Reference, StringComparer.Ordinal).Select(m => m.Body),
            kept.OrderBy(m => m.Subject, StringComparer.Ordinal).Select(m => Encoding.UTF8.GetString(m.Body)));
        Assert.All(kept, message => Assert.Equal(0, message.Conflicts));
        // Only where answers get lost does a message come again: otherwise the switches would do nothing.
        Assert.Equal(lost > 0, kept.Exists(message => message.Times > 1));
        Assert.True(await bank.Tables(db => db.Set<DeliveryAttempt>().CountAsync()) > 20);
    }

    [Fact]
    public async Task City_AfterARestart_RemembersMessagesSwitchesAndKeys()
    {
        var first = await RunningCity.Start();
        await first.Turn("sms", new Switches(ErrorPercent: 10));
        using (var answer = await first.Client.PostAsJsonAsync("/mail/messages", new { to = "1", text = "验证码" }, Cancel)) Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var key = await first.Client.GetStringAsync("/sms" + KeySet.Path, Cancel);
        await using var again = await RunningCity.Start(folder: await first.Stop());
        Assert.Equal(1, again.Store.Count("mail"));
        Assert.Equal(10, (await again.Client.GetFromJsonAsync<JsonElement>("/api/actors/sms/switches", Cancel)).GetProperty("errorPercent").GetInt32());
        Assert.Equal(key, await again.Client.GetStringAsync("/sms" + KeySet.Path, Cancel));
        await again.Client.DeleteAsync("/api/switches", Cancel);
        Assert.Equal(0, (await again.Client.GetFromJsonAsync<JsonElement>("/api/actors/sms/switches", Cancel)).GetProperty("errorPercent").GetInt32());
    }

    [Fact]
    public async Task Message_ThatComesAgain_IsAnsweredAsBefore_AndAnotherContentUnderItsIdIsRefused()
    {
        await using var city = await RunningCity.Start();
        var statuses = new List<int>();
        foreach (var body in new[] { "one", "one", "other" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/mail/messages") { Content = new StringContent(body) };
            request.Headers.Add("ce-id", "7");
            using var answer = await city.Client.SendAsync(request, Cancel);
            statuses.Add((int)answer.StatusCode);
        }
        Assert.Equal([202, 202, 409], statuses);
        var kept = Assert.Single(city.Store.Newest("mail", 0, 10));
        Assert.Equal(("one", 3, 1), (Encoding.UTF8.GetString(kept.Body), kept.Times, kept.Conflicts));
    }

    [Theory]
    [InlineData("""{"delayMilliseconds":-1}""", "delayMilliseconds")]
    [InlineData("""{"delayMilliseconds":120001}""", "delayMilliseconds")]
    [InlineData("""{"errorPercent":101}""", "errorPercent")]
    [InlineData("""{"lostPercent":-1}""", "lostPercent")]
    [InlineData("""{"errorStatus":302}""", "errorStatus")]
    [InlineData("""{"signatures":7}""", "signatures")]
    public async Task Switches_OutOfRange_AreRefusedByName(string switches, string field)
    {
        await using var city = await RunningCity.Start();
        using var answer = await city.Client.PutAsync("/api/actors/firm/switches", new StringContent(switches, Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(field, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var nobody = await city.Client.GetAsync("/api/actors/nobody/switches", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task Scanner_FindsTheTestFileAnywhere_AndNothingInOthers_AndFailsAsItsSwitchesSay()
    {
        // In two halves, or a scanner would find it in this file.
        var sample = @"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
        await using var city = await RunningCity.Start();
        using var http = new HttpClient();
        var scanner = new HttpMalwareScanner(http, new PlatformOptions { MalwareScanner = city.Address + "/scanner/scan" });
        foreach (var (content, threat) in new[] { (sample, "EICAR-Test-File"), ("before " + sample + " after", "EICAR-Test-File"), ("a contract", ""), ("", "") })
            Assert.Equal(threat, await scanner.Scan(new MemoryStream(Encoding.UTF8.GetBytes(content)), Cancel));
        Assert.All(city.Store.Newest("scanner", 0, 10), kept => Assert.DoesNotContain("contract", Encoding.UTF8.GetString(kept.Body), StringComparison.Ordinal));
        foreach (var switches in new[] { new Switches(Down: true), new Switches(ErrorPercent: 100, ErrorStatus: 500), new Switches(LostPercent: 100) })
        {
            await city.Turn("scanner", switches);
            await Assert.ThrowsAsync<HttpRequestException>(() => scanner.Scan(new MemoryStream("a contract"u8.ToArray()), Cancel));
        }
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public async Task Pages_InBothLanguages_ShowWhatThereIs(string language)
    {
        await using var city = await RunningCity.Start();
        using var sent = await city.Client.PostAsJsonAsync("/mail/messages", new { to = "wang@example.org", text = "<b>您好</b>" }, Cancel);
        using var refused = await city.Client.PostAsJsonAsync("/firm/events", new { to = "firm" }, Cancel);
        city.Calls.TellCheck(Actor.Named("firm")!);
        await city.Turn("scanner", new Switches(1, 2, 500, 3, Duplicates: true, SignatureFault.WrongKey, Down: true));
        city.Client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var pages = Actor.All.Select(actor => $"/actors/{actor.Name}").Concat(["/", "/messages/1", "/messages/2", "/sent/1"]);
        foreach (var path in pages)
        {
            var page = await city.Client.GetStringAsync(path, Cancel);
            Assert.DoesNotContain("⟦", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
            Assert.Contains($"<html lang=\"{language}\"", page, StringComparison.Ordinal);
        }
        foreach (var path in new[] { "/actors/nobody", "/messages/999", "/sent/999", "/no/such/page" })
        {
            using var answer = await city.Client.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("<h1>", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    /// <summary>The city uses parts of pages and signatures that live beside the bank's database; it never names the database itself.</summary>
    [Fact]
    public void City_NamesNothingThatHoldsTheBanksData()
    {
        using var file = File.OpenRead(typeof(CityStore).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var named = metadata.TypeReferences.Select(handle => metadata.GetString(metadata.GetTypeReference(handle).Name)).ToList();
        Assert.Contains("SignatureCheck", named);
        string[] holders = [nameof(CityDb), nameof(PlatformOptions), nameof(PlatformModule), nameof(PersonalData), nameof(KeyRegistry), nameof(EvidenceLog), "Book", "ILedger"];
        Assert.DoesNotContain(named, name => holders.Contains(name, StringComparer.Ordinal));
    }

    static Task<int> Waiting(TestBank bank) => bank.Tables(db => db.Set<OutboxMessage>().CountAsync(m => m.State == DeliveryState.Waiting));

    static Task Register(TestBank bank, RunningCity city) => bank.Tables(async db =>
    {
        var plan = RetryPlan.Parse(string.Join(' ', Enumerable.Repeat("1", 20)));
        db.Add(new Destination { Name = "mail", Address = city.Address + "/mail/messages", RetryPlan = plan, CreatedAt = bank.Clock.UtcNow() });
        return await db.SaveChangesAsync();
    });
}
