using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class EvidenceRecords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "evidence");

            migrationBuilder.CreateTable(
                name: "position",
                schema: "evidence",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_position", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "record",
                schema: "evidence",
                columns: table => new
                {
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    reference = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    recorded_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    leaf_index = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_record", x => x.number);
                });

            migrationBuilder.CreateIndex(
                name: "IX_record_leaf_index",
                schema: "evidence",
                table: "record",
                column: "leaf_index",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_record_number",
                schema: "evidence",
                table: "record",
                column: "number",
                filter: "leaf_index IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_record_reference",
                schema: "evidence",
                table: "record",
                column: "reference");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "position",
                schema: "evidence");

            migrationBuilder.DropTable(
                name: "record",
                schema: "evidence");
        }
    }
}
