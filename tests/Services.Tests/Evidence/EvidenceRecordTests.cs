using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

public sealed class EvidenceRecordTests
{
    [Theory, BothDatabases]
    public async Task Record_IsSavedWithTheChange_AndOnlyThen(TestDatabase database)
    {
        await using var bank = await TestBank.New(database);
        await bank.Tables(async db =>
        {
            db.Record("approval", "approvals/request/1", "approved by two"u8);
            Assert.Equal(0, await db.Set<EvidenceRecord>().CountAsync());
            return await db.SaveChangesAsync();
        });
        await bank.Tables(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Record("approval", "approvals/request/2", "rolled back"u8);
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
            return 0;
        });

        var record = await bank.Tables(db => db.Set<EvidenceRecord>().SingleAsync());
        Assert.Equal(("approval", "approvals/request/1"), (record.Kind, record.Reference));
        Assert.Equal(SHA256.HashData("approved by two"u8), record.ContentHash);
        Assert.Equal(TestBank.Opening.UtcDateTime, record.RecordedAt);
        Assert.Null(record.LeafIndex);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("Approval", "x")]
    [InlineData("two words", "x")]
    [InlineData("a-kind-with-more-than-thirty-two-c", "x")]
    [InlineData("approval", "")]
    [InlineData("approval", "two\nlines")]
    [InlineData("approval", "two words")]
    [InlineData("approval", "王/1")]
    public void Record_OfWhatNoLineCanHold_IsABug(string kind, string reference) =>
        Assert.Throws<ArgumentException>(() => EvidenceRecord.Of(kind, reference, "content"u8, TestBank.Opening.UtcDateTime));

    [Fact]
    public void Record_WithALongReference_IsTakenUpToItsLimit()
    {
        var longest = new string('r', EvidenceRecord.LongestReference);
        Assert.Equal(longest, EvidenceRecord.Of("document", longest, [], TestBank.Opening.UtcDateTime).Reference);
        Assert.Throws<ArgumentException>(() => EvidenceRecord.Of("document", longest + "r", [], TestBank.Opening.UtcDateTime));
    }
}
