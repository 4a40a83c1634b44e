using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>The tables of one service. Each service adds one to the container.</summary>
public interface ICityTables
{
    /// <summary>The service's schema (PostgreSQL) or table prefix (SQLite), in lower case.</summary>
    string Schema { get; }

    void Configure(TableModel model);
}

/// <summary>Adds entities to the model under one service's schema.</summary>
public sealed class TableModel(ModelBuilder builder, PersonalData personalData, string schema, bool hasSchemas)
{
    /// <summary>An entity in table <paramref name="table"/> of the service's schema.</summary>
    public EntityTypeBuilder<T> Entity<T>(string table) where T : class
    {
        var entity = builder.Entity<T>();
        if (hasSchemas) entity.ToTable(table, schema);
        else entity.ToTable($"{schema}_{table}");
        return entity;
    }

    /// <summary>Stores a text encrypted.</summary>
    public void Seal(PropertyBuilder<string> property) =>
        property.HasConversion(
            text => personalData.Seal(text), stored => personalData.Open(stored),
            new Microsoft.EntityFrameworkCore.ChangeTracking.ValueComparer<string>(
                (left, right) => left == right, text => text.GetHashCode(StringComparison.Ordinal)));

    /// <summary>Stores bytes encrypted, that are written once and never changed.</summary>
    public void Seal(PropertyBuilder<byte[]> property) =>
        property.HasConversion(
            plain => personalData.Seal(plain), stored => personalData.OpenBytes(stored),
            new Microsoft.EntityFrameworkCore.ChangeTracking.ValueComparer<byte[]>(
                (left, right) => ReferenceEquals(left, right), bytes => bytes.Length, bytes => bytes));
}

/// <summary>The one database context of the process. Entities are internal to their services; only their owner can name them.</summary>
public sealed class CityDb(
    DbContextOptions<CityDb> options, IEnumerable<ICityTables> tables, PersonalData personalData) : DbContext(options)
{
    /// <summary>Part of the model's cache key: the converters hold the key ring.</summary>
    internal PersonalData PersonalData => personalData;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        foreach (var service in tables)
            service.Configure(new TableModel(modelBuilder, personalData, service.Schema, Database.IsNpgsql()));
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            foreach (var column in entity.GetProperties())
                column.SetColumnName(SnakeCase(column.GetColumnName()));
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<AccountId>().HaveConversion<AccountIdConverter>();
        configurationBuilder.Properties<EntryId>().HaveConversion<EntryIdConverter>();
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
    }

    static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0 && text[^1] != '_') text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    sealed class AccountIdConverter() : ValueConverter<AccountId, Guid>(id => id.Value, value => new AccountId(value));

    sealed class EntryIdConverter() : ValueConverter<EntryId, Guid>(id => id.Value, value => new EntryId(value));

    // SQLite gives back times of unspecified kind.
    sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
        time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
}

/// <summary>Models differ by key ring as well as by context type: two banks in one process (tests) must not share converters.</summary>
sealed class CityModelCacheKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), (context as CityDb)?.PersonalData, context.Database.ProviderName, designTime);
}
