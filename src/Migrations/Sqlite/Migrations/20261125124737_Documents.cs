using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Documents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "documents_document",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    purpose = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    format = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    address = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    sha256 = table.Column<byte[]>(type: "BLOB", nullable: false),
                    length = table.Column<long>(type: "INTEGER", nullable: false),
                    pages = table.Column<int>(type: "INTEGER", nullable: false),
                    received_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    received_from = table.Column<string>(type: "TEXT", maxLength: 80, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    scanned_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    threat = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    keep_until = table.Column<DateOnly>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_documents_document", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "signing_key",
                columns: table => new
                {
                    key_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    owner = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    algorithm = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    public_key = table.Column<byte[]>(type: "BLOB", maxLength: 65, nullable: false),
                    valid_from = table.Column<DateTime>(type: "TEXT", nullable: false),
                    valid_until = table.Column<DateTime>(type: "TEXT", nullable: true),
                    revoked_at = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_key", x => x.key_id);
                });

            migrationBuilder.CreateTable(
                name: "signing_key_event",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    key_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    actor = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    act = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    detail = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_key_event", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "signing_used_nonce",
                columns: table => new
                {
                    key_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    nonce = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    forget_after = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_used_nonce", x => new { x.key_id, x.nonce });
                });

            migrationBuilder.CreateIndex(
                name: "IX_documents_document_address",
                table: "documents_document",
                column: "address");

            migrationBuilder.CreateIndex(
                name: "IX_documents_document_owner_id_received_at",
                table: "documents_document",
                columns: new[] { "owner_id", "received_at" });

            migrationBuilder.CreateIndex(
                name: "IX_documents_document_state_keep_until",
                table: "documents_document",
                columns: new[] { "state", "keep_until" });

            migrationBuilder.CreateIndex(
                name: "IX_signing_key_owner_algorithm",
                table: "signing_key",
                columns: new[] { "owner", "algorithm" });

            migrationBuilder.CreateIndex(
                name: "IX_signing_key_event_at",
                table: "signing_key_event",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_signing_used_nonce_forget_after",
                table: "signing_used_nonce",
                column: "forget_after");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "documents_document");

            migrationBuilder.DropTable(
                name: "signing_key");

            migrationBuilder.DropTable(
                name: "signing_key_event");

            migrationBuilder.DropTable(
                name: "signing_used_nonce");
        }
    }
}
