using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Pujiang.Services.Tests;

public enum TestDatabase
{
    Sqlite,
    PostgreSql,
}

/// <summary>Runs a theory on SQLite and on PostgreSQL: the first argument is the database, the rest are as in InlineData.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BothDatabasesAttribute(params object?[] rest) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. Enum.GetValues<TestDatabase>().Select(database => new TheoryDataRow([database, .. rest]))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
