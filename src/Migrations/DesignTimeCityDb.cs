using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Migrations;

/// <summary>The model of all services, for <c>dotnet ef</c>. Which database is meant follows from the assembly this is compiled into.</summary>
sealed class DesignTimeCityDb : IDesignTimeDbContextFactory<CityDb>
{
    public CityDb CreateDbContext(string[] args)
    {
        var name = Assembly.GetExecutingAssembly().GetName().Name;
        // No database is opened to write a migration; the connection string only chooses the provider.
        var options = new PlatformOptions
        {
            DataFolder = Directory.CreateTempSubdirectory("pujiang-design-").FullName,
            PostgreSql = name == PlatformModule.PostgreSqlMigrations ? "Host=localhost;Database=design" : null,
        };
        var services = new ServiceCollection().AddLogging().AddPlatform(options).AddAccounts().BuildServiceProvider();
        return services.GetRequiredService<CityDb>();
    }
}
