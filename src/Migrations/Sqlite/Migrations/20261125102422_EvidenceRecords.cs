using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class EvidenceRecords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "evidence_position",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_evidence_position", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "evidence_record",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    content_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    recorded_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    leaf_index = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_evidence_record", x => x.number);
                });

            migrationBuilder.CreateIndex(
                name: "IX_evidence_record_leaf_index",
                table: "evidence_record",
                column: "leaf_index",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_evidence_record_number",
                table: "evidence_record",
                column: "number",
                filter: "leaf_index IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_evidence_record_reference",
                table: "evidence_record",
                column: "reference");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "evidence_position");

            migrationBuilder.DropTable(
                name: "evidence_record");
        }
    }
}
