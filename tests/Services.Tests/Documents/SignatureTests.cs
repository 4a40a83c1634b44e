using System.Buffers.Text;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A document is signed, by whom and what for; what was changed afterwards shows.</summary>
public sealed class SignatureTests
{
    [Theory, BothDatabases]
    public async Task Passkey_OfTheOwner_SignsAndAnybodyCanCheckIt(TestDatabase database)
    {
        await using var story = await SigningStory.New(database);
        var document = await story.Document();
        var id = await story.Wei.Sign(document).Value();

        var waiting = Assert.Single(await story.Signatures(document));
        Assert.Equal((SignatureStanding.Valid, (bool?)null, "passkey", "张伟"), (waiting.Standing, waiting.HasEvidence, waiting.Method, waiting.Name));
        await story.Sequence();
        var logged = Assert.Single(await story.Signatures(document));
        Assert.True(logged is { HasEvidence: true, IsDocumentUnchanged: true, WasKeyValid: true, Fault: null });

        // What the owner takes away is checked without the bank.
        var file = SignatureFile.Parse((await story.File(document, id)).ToJson())!;
        var verdict = SignatureVerdict.Of(file, Samples.Plain(), []);
        Assert.True(verdict.IsProven, string.Join('\n', verdict.Lines));
        Assert.Contains(verdict.Lines, line => line.StartsWith("张伟 (user/", StringComparison.Ordinal) && line.EndsWith("as: Agree.", StringComparison.Ordinal));
        Assert.False(SignatureVerdict.Of(file, Samples.Plain("other"), []).IsProven);
        Assert.False(SignatureVerdict.Of(file with { Statement = file.Statement.Replace("Agree", "Confirm", StringComparison.Ordinal) }, Samples.Plain(), []).IsProven);
        Assert.False(SignatureVerdict.Of(file with { Evidence = null }, Samples.Plain(), []).IsProven);

        // The proof of another signature is none of this one.
        var second = await story.Document("second");
        var other = await story.Wei.Sign(second).Value();
        await story.Sequence();
        Assert.False(SignatureVerdict.Of(file with { Evidence = (await story.File(second, other)).Evidence }, Samples.Plain(), []).IsProven);
        Assert.Equal("document_signed_before", await story.Wei.Sign(document).Code());
    }

    [Fact]
    public async Task Passkey_AnswerThatDoesNotFit_SignsNothing()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var document = await story.Document();
        var (wei, key) = (story.Wei, story.Wei.Key);
        using var strange = new TestPasskey();
        Assert.Equal("passkey_refused", await wei.Sign(document, (_, offered) => key.Answer(new byte[32])).Code());
        Assert.Equal("passkey_refused", await wei.Sign(document, (challenge, _) => key.Answer(challenge, origin: "https://bank.example.evil")).Code());
        Assert.Equal("passkey_refused", await wei.Sign(document, (challenge, _) => key.Answer(challenge, site: "evil.example")).Code());
        Assert.Equal("passkey_refused", await wei.Sign(document, (challenge, _) => key.Answer(challenge, flags: 1)).Code());
        Assert.Equal("passkey_refused", await wei.Sign(document, (challenge, _) => key.Answer(challenge, framed: true)).Code());
        Assert.Equal("passkey_refused", await wei.Sign(document, (challenge, _) => strange.Answer(challenge)).Code());
        Assert.Equal("passkey_refused", await wei.Sign(document, (challenge, _) => story.Li.Key.Answer(challenge)).Code());
        foreach (var nonsense in (string[])["", "{}", "null", "[]", "{\"id\":\"x\",\"response\":{}}", "{\"id\":5,\"response\":5}", "x"])
            Assert.Equal("passkey_refused", await wei.Sign(document, (_, _) => nonsense).Code());
        Assert.Empty(await story.Signatures(document));

        await wei.Sign(document).Value();
        // A copy of the key counts from where it was copied.
        var second = await story.Document("second");
        Assert.Equal("passkey_refused", await wei.Sign(second, (challenge, _) => key.Answer(challenge, step: 0)).Code());
    }

    [Fact]
    public async Task Statement_OldOrChanged_IsNotSigned()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var (document, other) = (await story.Document(), await story.Document("other"));
        var offer = await story.Wei.Offer(document).Value();
        async Task<string> Try(SignedStatement statement) => await story.Wei.Sign(document, statement.ToString(), story.Wei.Key.Answer(statement.Challenge())).Code();
        Assert.Equal("signing_stale", await Try(offer.Statement with { Document = other.Id }));
        Assert.Equal("signing_stale", await Try(offer.Statement with { Sha256 = other.Sha256 }));
        Assert.Equal("signing_stale", await Try(offer.Statement with { Signer = $"user/{Guid.CreateVersion7()}" }));
        Assert.Equal("signing_stale", await Try(offer.Statement with { SignerName = "李娜" }));
        Assert.Equal("signing_stale", await Try(offer.Statement with { SignedAt = offer.Statement.SignedAt.AddMinutes(1) }));
        Assert.Equal("signing_stale", await story.Wei.Sign(document, " " + offer.Statement, story.Wei.Key.Answer(offer.Statement.Challenge())).Code());
        story.Bank.Clock.Advance(SignDocument.TimeToSign + TimeSpan.FromSeconds(1));
        Assert.Equal("signing_stale", await Try(offer.Statement));
    }

    [Theory, BothDatabases]
    public async Task Requests_InOrder_LetEachSignWhenItsTurnComes(TestDatabase database)
    {
        await using var story = await SigningStory.New(database);
        var document = await story.Document();
        Assert.Equal("document_not_found", await story.Li.Sign(document).Code());
        await story.Ask(document, story.Li, SigningIntent.Acknowledge).Value();
        await story.Ask(document, story.Wang).Value();
        Assert.Equal("signer_asked_before", await story.Ask(document, story.Li).Code());

        // Both see it; the second waits.
        Assert.Equal("signing_not_asked", await story.Wang.Sign(document).Code());
        Assert.Equal([true, false], (await story.Requests(document)).Select(r => r.IsItsTurn));
        Assert.Equal(document.Name, Assert.Single(await story.Bank.Call((DocumentSignatures all) => all.ToSign(story.Wang.Caller, default))).DocumentName);
        await story.Li.Sign(document).Value();
        await story.Wang.Sign(document).Value();
        Assert.Equal([SigningState.Fulfilled, SigningState.Fulfilled], (await story.Requests(document)).Select(r => r.State));
        Assert.Equal([("李娜", SigningIntent.Acknowledge), ("王芳", SigningIntent.Agree)], (await story.Signatures(document)).OrderBy(v => v.Name, StringComparer.Ordinal).Select(v => (v.Name, v.Intent)));
        Assert.Empty(await story.Bank.Call((DocumentSignatures all) => all.ToSign(story.Wang.Caller, default)));
    }

    [Theory, BothDatabases]
    public async Task Request_DeclinedWithdrawnOrOld_IsOver(TestDatabase database)
    {
        await using var story = await SigningStory.New(database);
        var document = await story.Document();
        var asked = await story.Ask(document, story.Li).Value();
        await story.Ask(document, story.Wang).Value();
        Assert.Equal("signing_reason_invalid", await story.Decline(document, story.Li, " ").Code());
        await story.Decline(document, story.Li, "金额不对").Value();
        var first = (await story.Requests(document))[0];
        Assert.Equal(("金额不对", SigningState.Declined), (first.Reason, first.State));
        // Who declined does not see it any more, and who comes later waits for the owner.
        Assert.Equal("document_not_found", await story.Li.Sign(document).Code());
        Assert.Equal("signing_not_asked", await story.Wang.Sign(document).Code());
        await story.Bank.Call((AskForSignature ask) => ask.Withdraw(document.Id, asked, story.Wei.Caller, default)).Value();
        Assert.Equal("signing_not_open", await story.Bank.Call((AskForSignature ask) => ask.Withdraw(document.Id, asked, story.Wei.Caller, default)).Code());

        story.Bank.Clock.Advance(TimeSpan.FromDays(SigningRequest.UsualDays + 1));
        Assert.Equal([SigningState.Withdrawn, SigningState.Expired], (await story.Requests(document)).Select(r => r.State));
        Assert.Equal("document_not_found", await story.Wang.Sign(document).Code());
        Assert.Equal("document_not_found", await story.Decline(document, story.Wang, "late").Code());
        // Asked anew, what came of it before holds up nobody.
        await story.Ask(document, story.Wang).Value();
        Assert.Equal([SigningState.Withdrawn, SigningState.Withdrawn, SigningState.Asked], (await story.Requests(document)).Select(r => r.State));
        await story.Wang.Sign(document).Value();
    }

    [Fact]
    public async Task Ask_ForWhoIsNotKnown_IsRefused()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var document = await story.Document();
        Task<Outcome<Guid>> Ask(string? name, string? identifier, int? days = null, Caller? caller = null) => story.Bank.Call((AskForSignature ask) =>
            ask.Handle(document.Id, new AskForSignature.Request(name, identifier, null, days, After: true), caller ?? story.Wei.Caller, default));
        Assert.Equal("signer_missing", await Ask("李娜", " ").Code());
        Assert.Equal("signer_unknown", await Ask("李娜", "110101199003070000").Code());
        Assert.Equal("signer_unknown", await Ask("李四", story.Li.Identifier).Code());
        Assert.Equal("signer_unknown", await Ask("bank", "bank").Code());
        Assert.Equal("signer_is_owner", await Ask("张伟", story.Wei.Identifier).Code());
        Assert.Equal("signing_days_invalid", await Ask("李娜", story.Li.Identifier, days: 91).Code());
        Assert.Equal("signing_days_invalid", await Ask("李娜", story.Li.Identifier, days: 0).Code());
        Assert.Equal("document_not_found", await Ask("王芳", story.Wang.Identifier, caller: story.Li.Caller).Code());
        Assert.Empty(await story.Requests(document));
    }

    [Theory]
    [InlineData(SignatureAlgorithm.Sm2, "SM2")]
    [InlineData(SignatureAlgorithm.Ed25519, "Ed25519")]
    public async Task Partner_WithARegisteredKey_Signs_AndARevokedKeyShows(SignatureAlgorithm algorithm, string method)
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var (document, second) = (await story.Document(), await story.Document("second"));
        var key = SigningKey.Create(algorithm);
        await story.Bank.Call((KeyRegistry registry) => registry.AddPartnerKey("supplier", SigningKeyTests.Jwk(key.Public).GetRawText(), null, "user/test")).Value();
        var request = await story.Ask(document, "supplier").Value();

        Assert.Equal("signing_not_asked", await story.Bank.Call((SignDocument sign) => sign.OfferTo("hospital", request, default)).Code());
        Assert.Equal("signing_wrong", await story.SignAs("supplier", request, SigningKey.Create(algorithm), key.KeyId).Code());
        Assert.Equal("signing_key_not_valid", await story.SignAs("supplier", request, key, "no-such-key").Code());
        await story.SignAs("supplier", request, key, key.KeyId).Value();
        var view = Assert.Single(await story.Signatures(document));
        Assert.Equal((SignatureStanding.Valid, method, "partner/supplier"), (view.Standing, view.Method, view.Signer));

        story.Bank.Clock.Advance(TimeSpan.FromHours(1));
        await story.Bank.Call((KeyRegistry registry) => registry.Revoke(key.KeyId, "lost", "user/test")).Value();
        view = Assert.Single(await story.Signatures(document));
        Assert.Equal((SignatureStanding.KeyGone, story.Bank.Clock.UtcNow()), (view.Standing, view.KeyGoneAt));
        var later = story.Ask(second, "supplier");
        Assert.Equal("signer_unknown", await later.Code());
    }

    [Fact]
    public async Task Signing_IsToldToTheOwnersSystems_Once()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite, WebhookTests.Demo);
        await using var firm = await Firm.Start(story.Bank);
        await story.Bank.Call((Webhooks webhooks) => webhooks.Subscribe(firm.Address, ["document.signed"], SignatureAlgorithm.Ed25519, story.Wei.Caller, default)).Value();
        var document = await story.Document();
        var key = SigningKey.Create(SignatureAlgorithm.Ed25519);
        await story.Bank.Call((KeyRegistry registry) => registry.AddPartnerKey("supplier", SigningKeyTests.Jwk(key.Public).GetRawText(), null, "user/test")).Value();
        var request = await story.Ask(document, "supplier").Value();
        var signature = await story.SignAs("supplier", request, key, key.KeyId).Value();

        await OutboxTests.Deliver(story.Bank);
        var told = Assert.Single(firm.Got);
        Assert.Equal(("document.signed", true), (told.Kind, told.IsSigned));
        Assert.Equal(
            ($"{document.Id}", $"{signature}", "partner/supplier", document.Sha256),
            (told.Body.GetProperty("document").GetString(), told.Body.GetProperty("signature").GetString(), told.Body.GetProperty("signer").GetString(), told.Body.GetProperty("sha256").GetString()));
    }

    [Fact]
    public async Task Partner_KeyRevokedAfterItWasAsked_SignsNothing()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var document = await story.Document();
        var key = SigningKey.Create(SignatureAlgorithm.Sm2);
        await story.Bank.Call((KeyRegistry registry) => registry.AddPartnerKey("supplier", SigningKeyTests.Jwk(key.Public).GetRawText(), null, "user/test")).Value();
        var request = await story.Ask(document, "supplier").Value();
        await story.Bank.Call((KeyRegistry registry) => registry.Revoke(key.KeyId, "lost", "user/test")).Value();
        Assert.Equal("signing_key_not_valid", await story.SignAs("supplier", request, key, key.KeyId).Code());
        await story.Bank.Call((AskForSignature ask) => ask.Decline("supplier", request, "no key", default)).Value();
        Assert.Equal(SigningState.Declined, Assert.Single(await story.Requests(document)).State);
    }

    [Fact]
    public async Task Document_ChangedInTheVault_Shows()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var document = await story.Document();
        await story.Wei.Sign(document).Value();
        var path = story.Bank.Services.GetRequiredService<DocumentVault>().PathOf(document.Address);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var view = Assert.Single(await story.Signatures(document));
        Assert.Equal((SignatureStanding.Invalid, false), (view.Standing, view.IsDocumentUnchanged));
        File.Delete(path);
        Assert.Equal(SignatureStanding.Invalid, Assert.Single(await story.Signatures(document)).Standing);
    }

    [Fact]
    public async Task Row_ChangedInTheTables_Shows()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var document = await story.Document();
        await story.Wei.Sign(document).Value();
        await story.Bank.Tables(async db =>
        {
            var row = await db.Set<DocumentSignature>().SingleAsync();
            var proof = row.Proof.Replace("Agree", "Confirm", StringComparison.Ordinal);
            Assert.NotEqual(row.Proof, proof);
            db.Entry(row).Property(s => s.Proof).CurrentValue = proof;
            return await db.SaveChangesAsync();
        });
        var view = Assert.Single(await story.Signatures(document));
        Assert.Equal((SignatureStanding.Invalid, SignatureFault.OtherStatement, false), (view.Standing, view.Fault, view.HasEvidence));
    }

    [Fact]
    public async Task Passkey_RemovedSince_Shows()
    {
        await using var story = await SigningStory.New(TestDatabase.Sqlite);
        var document = await story.Document();
        await story.Wei.Sign(document).Value();
        await story.Bank.Tables(db => db.Set<Passkey>().ExecuteDeleteAsync());
        Assert.Equal(SignatureStanding.KeyGone, Assert.Single(await story.Signatures(document)).Standing);
    }

    [Theory, BothDatabases]
    public async Task Bank_SignsWhatItMakes(TestDatabase database)
    {
        Assert.SkipUnless(File.Exists(PdfFont.File), $"No {PdfFont.File}.");
        await using var story = await SigningStory.New(database);
        var made = await story.Bank.Call((KeepDocument keep) => keep.Made(
            Guid.CreateVersion7(), new PdfText("证明", "浦江银行", Languages.Chinese, [new PdfParagraph("余额")]), "证明.pdf", DocumentPurpose.Statement, story.Wei.Party, story.Wei.Caller, default)).Value();
        await story.Sequence();
        var document = await story.Find(made.Id);
        var view = Assert.Single(await story.Signatures(document));
        Assert.Equal((SignatureStanding.Valid, "bank", "SM2", SigningIntent.Confirm, true), (view.Standing, view.Signer, view.Method, view.Intent, view.HasEvidence));
    }
}

/// <summary>Three customers with a passkey each, and the calls of the stories about signatures in one word each.</summary>
sealed class SigningStory : IAsyncDisposable
{
    public required TestBank Bank { get; init; }
    public Signer Wei { get; private set; } = null!;
    public Signer Li { get; private set; } = null!;
    public Signer Wang { get; private set; } = null!;

    public static async Task<SigningStory> New(TestDatabase database, Action<IServiceCollection>? more = null)
    {
        var story = new SigningStory
        {
            Bank = await TestBank.New(database, services =>
            {
                services.AddSingleton<IMalwareScanner>(new CleanScanner());
                more?.Invoke(services);
            }),
        };
        story.Wei = await Signer.New(story.Bank, "张伟", "110101199003077758", "13800000001");
        story.Li = await Signer.New(story.Bank, "李娜", "11010119900307889X", "13800000002");
        story.Wang = await Signer.New(story.Bank, "王芳", "110101199003079999", "13800000003");
        return story;
    }

    public async Task<Document> Document(string text = "contract")
    {
        var content = text == "contract" ? Samples.Plain() : Samples.Plain(text);
        var kept = await Bank.Call((KeepDocument keep) => keep.Upload(new MemoryStream(content), $"{text}.pdf", "", DocumentPurpose.Contract, Wei.Caller, default)).Value();
        await Bank.Services.GetRequiredService<DocumentScans>().Run(default);
        return await Find(kept.Id);
    }

    public async Task<Document> Find(Guid id) =>
        await Bank.Call((Documents documents) => documents.Find(id, Wei.Caller, default)) ?? throw new InvalidOperationException("Not found.");

    public Task<IReadOnlyList<DocumentSignatures.View>> Signatures(Document document) => Bank.Call((DocumentSignatures all) => all.Of(document, default));

    public Task<IReadOnlyList<DocumentSignatures.Asked>> Requests(Document document) => Bank.Call((DocumentSignatures all) => all.Requests(document, default));

    public async Task<SignatureFile> File(Document document, Guid signature) =>
        await Bank.Call((DocumentSignatures all) => all.File(document, signature, default)) ?? throw new InvalidOperationException("Not found.");

    public Task Sequence() => Bank.Services.GetRequiredService<EvidenceSequencer>().Run(default);

    public Task<Outcome<Guid>> Ask(Document document, Signer signer, SigningIntent? intent = null) => Bank.Call((AskForSignature ask) =>
        ask.Handle(document.Id, new AskForSignature.Request(signer.Name, signer.Identifier, intent, null, After: true), Wei.Caller, default));

    public Task<Outcome<Guid>> Ask(Document document, string partner) => Bank.Call((AskForSignature ask) =>
        ask.Handle(document.Id, new AskForSignature.Request(null, partner, null, null, After: true), Wei.Caller, default));

    public Task<Outcome<Guid>> Decline(Document document, Signer signer, string reason) =>
        Bank.Call((AskForSignature ask) => ask.Decline(document.Id, reason, signer.Caller, default));

    public async Task<Outcome<Guid>> SignAs(string partner, Guid request, SigningKey key, string keyId)
    {
        var statement = $"{await Bank.Call((SignDocument sign) => sign.OfferTo(partner, request, default)).Value()}";
        var signature = Base64Url.EncodeToString(key.Sign(Encoding.UTF8.GetBytes(statement)));
        return await Bank.Call((SignDocument sign) => sign.ByPartner(partner, request, statement, keyId, signature, default));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var signer in (Signer[])[Wei, Li, Wang]) signer.Key.Dispose();
        await Bank.DisposeAsync();
    }

    sealed class CleanScanner : IMalwareScanner
    {
        public bool IsConnected => true;
        public Task<string> Scan(Stream content, CancellationToken cancel) => Task.FromResult("");
    }
}

/// <summary>A customer who signs in and has a passkey.</summary>
sealed record Signer(TestBank Bank, Guid Party, string Name, string Identifier, Caller Caller, TestPasskey Key)
{
    public static async Task<Signer> New(TestBank bank, string name, string identifier, string phone)
    {
        // Whatever digits a story gives, the last one is made to fit (GB 11643).
        identifier = identifier[..17] + CheckCharacter(identifier);
        var (party, person) = await bank.Tables(async db =>
        {
            var made = Platform.Party.Register(PartyKind.Person, name, identifier, phone, bank.PersonalData, bank.Clock.UtcNow()).Value();
            var user = Person.Create(Guid.CreateVersion7(), phone, name, null, made.Id, [Roles.Customer], bank.PersonalData, bank.Clock.UtcNow()).Value();
            db.AddRange(made, user);
            await db.SaveChangesAsync();
            return (made.Id, user.Id);
        });
        var key = new TestPasskey();
        await key.Register(bank, person);
        return new Signer(bank, party, name, identifier, new Caller(party, IsOperator: false) { UserId = person, Roles = [Roles.Customer] }, key);
    }

    static char CheckCharacter(string digits)
    {
        var sum = Enumerable.Range(0, 17).Sum(i => (digits[i] - '0') * ((1 << (17 - i)) % 11));
        return "10X98765432"[sum % 11];
    }

    public Task<Outcome<SignDocument.Offer>> Offer(Document document) =>
        Bank.Call((SignDocument sign) => sign.OfferTo(Caller, document.Id, SigningIntent.Agree, default));

    public Task<Outcome<Guid>> Sign(Document document, string statement, string credential) =>
        Bank.Call((SignDocument sign) => sign.ByPasskey(document.Id, statement, credential, TestPasskey.Origin, Caller, default));

    /// <summary>Takes the offer and answers it.</summary>
    public async Task<Outcome<Guid>> Sign(Document document, Func<byte[], SignDocument.Offer, string>? answer = null)
    {
        if (!(await Offer(document)).Try(out var offer, out var refusal)) return refusal;
        return await Sign(document, offer.Statement.ToString(), answer is null ? Key.Answer(offer.Statement.Challenge()) : answer(offer.Statement.Challenge(), offer));
    }
}
